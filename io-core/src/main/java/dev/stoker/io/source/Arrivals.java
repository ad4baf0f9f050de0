package dev.stoker.io.source;

import dev.stoker.io.net.SpliceTarget;
import org.jspecify.annotations.Nullable;

/**
 * Is told of a range's bytes while they come in. Called on threads of the source, one at a time;
 * must not block for longer than it takes to copy what came.
 */
@FunctionalInterface
public interface Arrivals {

  /**
   * So many bytes are there from the start of the range; told rising numbers, the last one
   * included.
   */
  void arrived(int bytes);

  /**
   * Where bytes may go past the buffer, if anywhere. Asked once at most, before the first byte
   * comes. Who got a target either puts everything into it and tells {@link #spliced} alone, or
   * tells {@link #arrived} of each stretch that comes into the buffer all the same at once, and
   * puts the next one at the buffer's start again.
   */
  default @Nullable SpliceTarget spliceTarget() {
    return null;
  }

  /** So many bytes are there, and the last of them are in the splice target. */
  default void spliced(int bytes) {}
}
