package dev.stoker.agent.profile;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Turns the log of one action into events. Recognises each renderer by its banner, so it serves an
 * action that starts several, one after the other. Pure and bounded: 32 KiB a line, {@value
 * ProfileLogReader#MAX_MISSING} missing files. Confined to one thread; a new one for each action.
 */
public interface LogReader {
  /**
   * @param line without its end; carriage returns within part it further
   */
  void line(String line, Consumer<RendererEvent> events);

  /**
   * What the renderer that wrote last means by ending so.
   *
   * @param exitCode as a shell has it: 128 and the number of a signal that ended it
   */
  Optional<RendererEvent.Trouble> ended(int exitCode);

  /**
   * Of names that were looked for in vain, those that are inputs, and that the renderers that wrote
   * do not just try, as far as their profiles know.
   *
   * @param missing {@code LOCATION/path}
   * @param found what was opened, likewise
   */
  List<String> lacking(List<String> missing, Set<String> found);
}
