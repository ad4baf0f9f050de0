package dev.stoker.io.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Names one asset version on disk: the first 128 bits of its identity's SHA-256. Cryptographic,
 * because origins choose the names that go into it and two versions must never share a file.
 */
record EntryId(long high, long low) {
  static final String DATA = ".data";
  static final String INDEX = ".index";
  private static final int HEX_DIGITS = 32;

  static EntryId of(String identity) {
    try {
      ByteBuffer hash =
          ByteBuffer.wrap(
              MessageDigest.getInstance("SHA-256")
                  .digest(identity.getBytes(StandardCharsets.UTF_8)));
      return new EntryId(hash.getLong(), hash.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }

  /** The id that a file name begins with, or null where it is none of ours. */
  static @Nullable EntryId parse(String fileName) {
    int dot = fileName.indexOf('.');
    if (dot != HEX_DIGITS || !fileName.chars().limit(dot).allMatch(HexFormat::isHexDigit)) {
      return null;
    }
    return new EntryId(
        HexFormat.fromHexDigitsToLong(fileName, 0, 16),
        HexFormat.fromHexDigitsToLong(fileName, 16, 32));
  }

  /** One of 256 folders, so that none grows past what {@code ls} bears. */
  String shard() {
    return HexFormat.of().toHexDigits((byte) (high >>> 56));
  }

  Path file(Path folder, String suffix) {
    return folder.resolve(shard()).resolve(this + suffix);
  }

  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }
}
