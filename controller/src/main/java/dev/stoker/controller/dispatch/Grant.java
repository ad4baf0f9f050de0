package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.store.LeaseRow;
import dev.stoker.controller.store.StepRow;
import org.jspecify.annotations.Nullable;

/**
 * A lease as a round gave it out.
 *
 * @param recover what to carry out, null for an ordinary attempt
 */
record Grant(LeaseRow lease, StepRow step, Commit.@Nullable Manifest recover) {}
