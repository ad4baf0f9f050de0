package dev.stoker.controller.dispatch;

import org.jspecify.annotations.Nullable;

/**
 * What lets a machine in.
 *
 * @param joinTokenId the token that it showed; null where it needs none, or shows the
 *     configuration's
 * @param byToken whether a token, or that none is needed, lets it in; else Azure's word alone
 * @param vmId what Azure calls the machine, which vouched for it; empty where it did not
 * @param challenge what Azure's word answers, to be used up; empty without
 */
public record Admission(
    @Nullable String joinTokenId, boolean byToken, String vmId, String challenge) {
  /** Where access is open. */
  static final Admission FREE = new Admission(null, true, "", "");
}
