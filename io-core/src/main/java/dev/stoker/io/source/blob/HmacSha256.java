package dev.stoker.io.source.blob;

import java.util.Arrays;

/**
 * HMAC (RFC 2104) with {@link Sha256}, for what it says there. {@code javax.crypto.Mac} would start
 * three security providers and look for URL handlers in every jar: a quarter of the start of a
 * command.
 *
 * <p>Thread-safe.
 */
final class HmacSha256 {
  private final int[] inner;
  private final int[] outer;

  /**
   * @throws IllegalArgumentException for a key of no bytes
   */
  HmacSha256(byte[] key) {
    if (key.length == 0) {
      throw new IllegalArgumentException("The key is empty.");
    }
    boolean fits = key.length <= Sha256.BLOCK_BYTES;
    byte[] block =
        Arrays.copyOf(fits ? key : Sha256.end(Sha256.begin(), key, 0), Sha256.BLOCK_BYTES);
    inner = begun(block, 0x36);
    outer = begun(block, 0x5c);
  }

  private static int[] begun(byte[] block, int pad) {
    byte[] padded = new byte[block.length];
    for (int i = 0; i < block.length; i++) {
      padded[i] = (byte) (block[i] ^ pad);
    }
    int[] state = Sha256.begin();
    Sha256.take(state, padded, 0);
    return state;
  }

  byte[] of(byte[] message) {
    byte[] first = Sha256.end(inner.clone(), message, Sha256.BLOCK_BYTES);
    return Sha256.end(outer.clone(), first, Sha256.BLOCK_BYTES);
  }
}
