package dev.stoker.io.publish.blob;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * Names the blocks of one staging: its owner, a number drawn for this staging, the block's index.
 * The number keeps a slow request of an earlier staging from replacing a block of a later one. All
 * have {@link #BYTES} before Base64, as the service wants one length for all blocks of a blob.
 */
public final class BlockIds {
  /** Base64 makes 64 characters of them, as many as azcopy's ids have. */
  public static final int BYTES = 48;

  /** What the number and the index leave. */
  public static final int OWNER_BYTES = 24;

  private final String prefix;

  /**
   * @param owner 1 to {@link #OWNER_BYTES} printable ASCII characters without dots
   */
  public BlockIds(String owner, RandomGenerator random) {
    this.prefix = padded(owner) + HexFormat.of().toHexDigits(random.nextLong(), 12);
  }

  /** Base64 of the id of the block with this index, from 0. */
  public String id(int index) {
    String id = prefix + String.format(Locale.ROOT, "%012d", index);
    return Base64.getEncoder().encodeToString(id.getBytes(StandardCharsets.US_ASCII));
  }

  /** Whether {@code owner} made this id. */
  public static boolean isOf(String owner, String id) {
    byte[] own = padded(owner).getBytes(StandardCharsets.US_ASCII);
    byte[] bytes = decoded(id);
    return bytes.length == BYTES && Arrays.equals(bytes, 0, own.length, own, 0, own.length);
  }

  private static byte[] decoded(String id) {
    try {
      return Base64.getDecoder().decode(id);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  /** Without dots in them, no owner's padded name is the start of another's. */
  private static String padded(String owner) {
    if (owner.isEmpty() || owner.length() > OWNER_BYTES || owner.indexOf('.') >= 0) {
      throw new IllegalArgumentException("'" + owner + "' cannot own blocks.");
    }
    return owner + ".".repeat(OWNER_BYTES - owner.length());
  }
}
