package dev.stoker.agent.pipeline;

import dev.stoker.agent.profile.RendererEvent;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a slot notes with its session for an agent that adopts it.
 *
 * @param slot what the slot was, in words that are equal when it still is
 * @param account number of the account that is the session's own; null where it has none
 * @param staged what was brought, by location
 * @param mounted where its inputs are mounted; null where they are staged
 * @param serving the attempt that the session's last action is for; null: none, or one that ended
 */
record SessionNote(
    String slotId,
    String slot,
    String jobId,
    String stepName,
    @Nullable Integer account,
    Map<String, Set<String>> staged,
    @Nullable Mounted mounted,
    @Nullable Serving serving) {
  SessionNote {
    staged = Map.copyOf(staged);
  }

  /**
   * @param folder the session's own
   * @param instance of the mount: another one's files are not these
   */
  record Mounted(String folder, long instance) {}

  /**
   * @param leaseId whose attempt it is
   * @param fault what must not pass, as far as actions had ended
   * @param trouble what a failure would be about, likewise
   * @param logBytes length of the attempt's log when the action was started
   * @param memoryKills of the slot before the attempt's first action
   * @param startMillis when its first action was started, since 1970
   */
  record Serving(
      String leaseId,
      RendererWord.@Nullable Fault fault,
      RendererEvent.@Nullable Trouble trouble,
      long logBytes,
      long memoryKills,
      long startMillis) {}
}
