package dev.stoker.io.source;

/**
 * How a source reads a range through a buffer that is shorter.
 *
 * @param bytes of the buffer, a power of two
 * @param stepBytes how much of what came is handed on at a time, at least, unless it is the end of
 *     the range; divides {@code bytes}
 */
public record StreamWindow(int bytes, int stepBytes) {
  /** For what comes in a row: what stays in a core's second cache, filled before it is emptied. */
  public static final StreamWindow IN_A_ROW = new StreamWindow(512 << 10, 512 << 10);
}
