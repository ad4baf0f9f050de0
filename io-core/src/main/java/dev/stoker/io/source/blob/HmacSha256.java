package dev.stoker.io.source.blob;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * HMAC (RFC 2104) with SHA-256, of the JDK's digest. {@code javax.crypto.Mac} starts three security
 * providers and looks for URL handlers in every jar first: a quarter of the start of a command.
 *
 * <p>Thread-safe.
 */
final class HmacSha256 {
  private static final int BLOCK_BYTES = 64;

  private final MessageDigest inner;
  private final MessageDigest outer;

  /**
   * @throws IllegalArgumentException for a key of no bytes
   */
  HmacSha256(byte[] key) {
    if (key.length == 0) {
      throw new IllegalArgumentException("The key is empty.");
    }
    byte[] block =
        Arrays.copyOf(key.length > BLOCK_BYTES ? sha256().digest(key) : key, BLOCK_BYTES);
    inner = begun(block, 0x36);
    outer = begun(block, 0x5c);
  }

  private static MessageDigest begun(byte[] block, int pad) {
    MessageDigest digest = sha256();
    for (byte each : block) {
      digest.update((byte) (each ^ pad));
    }
    return digest;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256.", e);
    }
  }

  byte[] of(byte[] message) {
    try {
      byte[] first = ((MessageDigest) inner.clone()).digest(message);
      return ((MessageDigest) outer.clone()).digest(first);
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("The JDK's SHA-256 can be cloned.", e);
    }
  }
}
