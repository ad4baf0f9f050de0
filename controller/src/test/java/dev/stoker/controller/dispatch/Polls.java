package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Leasing.Lease;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks for work and waits for it, as a connection does. */
final class Polls {
  private static final int LONGEST_SECONDS = 60;

  private Polls() {}

  static List<Lease> lease(Queue queue, String node, Leasing.Request request) throws Exception {
    Parked<Leasing.Response> parked = queue.nodes().lease(node, request);
    parked.ready().handle((ready, failure) -> true).get(LONGEST_SECONDS, TimeUnit.SECONDS);
    return parked.answer().call().leases();
  }
}
