package dev.stoker.controller.dispatch;

import dev.stoker.controller.store.QueueStore;

/**
 * What the parts of a running queue share.
 *
 * @param epoch differs each time a controller starts; part of lease ids, so that a database
 *     restored from a backup repeats none
 */
record Parts(
    QueueStore store,
    Clocks clocks,
    LiveLeases live,
    Roster roster,
    Changes changes,
    Work work,
    JobPlans plans,
    String epoch) {}
