package dev.stoker.benchmarks.peers;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 64k}, {@code 512m}, {@code 1g} or plain bytes. */
final class ByteCount implements ITypeConverter<Long> {
  @Override
  public Long convert(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    int shift =
        switch (lower.isEmpty() ? ' ' : lower.charAt(lower.length() - 1)) {
          case 'k' -> 10;
          case 'm' -> 20;
          case 'g' -> 30;
          default -> 0;
        };
    try {
      return Long.parseLong(shift == 0 ? lower : lower.substring(0, lower.length() - 1)) << shift;
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is no size, such as 64k, 512m or 1g.");
    }
  }

  /** {@code 1 GiB}, {@code 512 MiB}, {@code 64 KiB}. */
  static String say(long bytes) {
    if (bytes >= 1L << 30 && bytes % (1L << 30) == 0) {
      return (bytes >> 30) + " GiB";
    }
    if (bytes >= 1L << 20 && bytes % (1L << 20) == 0) {
      return (bytes >> 20) + " MiB";
    }
    return bytes % 1024 == 0 ? (bytes >> 10) + " KiB" : bytes + " bytes";
  }

  /** As {@link #convert} reads it: {@code 1g}. */
  static String option(long bytes) {
    String said = say(bytes);
    int space = said.indexOf(' ');
    return said.endsWith("iB")
        ? said.substring(0, space) + Character.toLowerCase(said.charAt(space + 1))
        : Long.toString(bytes);
  }
}
