package dev.stoker.controller.dispatch;

import dev.stoker.controller.store.QueueStore;

/**
 * What the parts of a running queue share.
 *
 * @param inputs which folders jobs read from
 * @param sharing how the nodes are shared
 * @param notices who is told of jobs' ends
 * @param nodeTokenMillis how long a node's token is good
 * @param epoch differs each time a controller starts; part of lease ids, so that a database
 *     restored from a backup repeats none
 */
record Parts(
    QueueStore store,
    Clocks clocks,
    LiveLeases live,
    Roster roster,
    Keyring keyring,
    Changes changes,
    Work work,
    JobPlans plans,
    JobInputs inputs,
    Sharing sharing,
    NoticePolicy notices,
    long nodeTokenMillis,
    String epoch) {

  /**
   * The node of an id; one that registered elsewhere a moment ago included.
   *
   * @throws Refusal when no node has that id
   */
  Member node(String nodeId) {
    Member member = roster.find(nodeId);
    if (member == null && store.catchUp()) {
      member = roster.find(nodeId);
    }
    if (member == null) {
      throw Refusal.missing("node", nodeId);
    }
    return member;
  }
}
