package dev.stoker.agent.lease;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Registration;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way to the controller: registers, and registers anew when the controller no longer knows the
 * node. Thread-safe.
 */
public final class ControllerLink {
  private static final Logger LOG = System.getLogger(ControllerLink.class.getName());

  /** With their pauses longer than the minute after which a silent node counts as lost. */
  private static final int MOST_CONFLICTS = 15;

  private final ControllerClient joining;
  private final Registration.Request registration;
  private final JoinProof proof;
  private final Pause pause;
  private final LongSupplier nanos;
  private final ReentrantLock lock = new ReentrantLock(); // one registration at a time
  private volatile @Nullable Node node;

  /**
   * A registration.
   *
   * @param client carries the node's token, the newest at each call
   * @param nodeId names the node in calls
   * @param token renewed without the registration becoming another
   */
  public record Node(ControllerClient client, String nodeId, NodeToken token) {}

  /**
   * @param joining carries the join token
   */
  public ControllerLink(ControllerClient joining, Registration.Request registration, Pause pause) {
    this(joining, registration, JoinProof.NONE, pause, System::nanoTime);
  }

  /**
   * The same.
   *
   * @param proof shown beside the join token, or without one
   * @param nanos a clock that only goes forward
   */
  public ControllerLink(
      ControllerClient joining,
      Registration.Request registration,
      JoinProof proof,
      Pause pause,
      LongSupplier nanos) {
    this.joining = joining;
    this.registration = registration;
    this.proof = proof;
    this.pause = pause;
    this.nanos = nanos;
  }

  /**
   * The registration that holds; registers first when there is none.
   *
   * @throws ControllerException when the controller refuses, or the agent closes
   */
  public Node node() throws InterruptedException {
    Node known = node;
    return known != null ? known : register(null);
  }

  /** Registers anew, unless another thread just did so after {@code stale}. */
  public Node renew(Node stale) throws InterruptedException {
    return register(stale);
  }

  /**
   * Renews the node's token when half of its life is over. A failure costs nothing as long as the
   * token is good, so it is told and tried again later.
   */
  public void refresh() {
    Node known = node;
    if (known == null || !known.token().isDue(nanos.getAsLong())) {
      return;
    }
    try {
      Registration.Renewed renewed = known.client().renewToken(known.nodeId());
      known.token().set(renewed.nodeToken(), renewed.validSeconds(), nanos.getAsLong());
    } catch (ControllerException e) {
      known.token().later(nanos.getAsLong());
      LOG.log(Level.WARNING, "Cannot renew this node''s token yet: {0}", e.sentence());
    }
  }

  /** Whether an answer says that the controller does not know this node. */
  public static boolean disowns(ControllerException e) {
    return e.status() == 401 || e.status() == 404;
  }

  private Node register(@Nullable Node stale) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Node known = node;
      if (known != null && !known.equals(stale)) {
        return known;
      }
      for (int tries = 1; ; tries++) {
        try {
          Registration.Response response = joining.register(registration.with(proof.ask(joining)));
          var token =
              new NodeToken(response.nodeToken(), response.validSeconds(), nanos.getAsLong());
          Node fresh = new Node(joining.withToken(token::text), response.nodeId(), token);
          node = fresh;
          return fresh;
        } catch (ControllerException e) {
          // 409: the proof came late, or another machine has the name and may be lost soon.
          boolean again = e.retryable() || (e.status() == 409 && tries < MOST_CONFLICTS);
          if (!again || !pause.beforeRetry(tries)) {
            throw e;
          }
          if (tries == 1) {
            LOG.log(Level.WARNING, "Cannot register yet, trying on: {0}", e.sentence());
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
