package dev.stoker.agent.pipeline;

import dev.stoker.agent.profile.RendererEvent.Trouble;
import dev.stoker.controller.protocol.Finish;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a renderer said of itself that bears on how its attempt ended.
 *
 * @param fault what must not pass; the first such thing
 * @param trouble what a failure is about; the first that ends it, else the first
 * @param exits what its exit codes mean
 */
record RendererWord(
    @Nullable Fault fault, @Nullable Trouble trouble, IntFunction<Optional<Trouble>> exits) {

  /** It said nothing. */
  static final RendererWord NOTHING = new RendererWord(null, null, code -> Optional.empty());

  /**
   * @param cause a missing asset, or a bad frame
   * @param sentence for people
   */
  record Fault(Finish.Cause cause, String sentence) {}

  Optional<Trouble> ended(int exitCode) {
    return exits.apply(exitCode);
  }

  String sentence(Trouble about) {
    return "The renderer says: " + about.reason() + ".";
  }
}
