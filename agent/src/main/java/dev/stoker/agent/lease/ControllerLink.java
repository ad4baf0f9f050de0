package dev.stoker.agent.lease;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Registration;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way to the controller: registers, and registers anew when the controller no longer knows the
 * node. Thread-safe.
 */
public final class ControllerLink {
  private static final Logger LOG = System.getLogger(ControllerLink.class.getName());

  private final ControllerClient joining;
  private final Registration.Request registration;
  private final Pause pause;
  private final ReentrantLock lock = new ReentrantLock(); // one registration at a time
  private volatile @Nullable Node node;

  /**
   * A registration.
   *
   * @param client carries the node's token
   * @param nodeId names the node in calls
   */
  public record Node(ControllerClient client, String nodeId) {}

  /**
   * @param joining carries the join token
   */
  public ControllerLink(ControllerClient joining, Registration.Request registration, Pause pause) {
    this.joining = joining;
    this.registration = registration;
    this.pause = pause;
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
          Registration.Response response = joining.register(registration);
          Node fresh = new Node(joining.withToken(response.nodeToken()), response.nodeId());
          node = fresh;
          return fresh;
        } catch (ControllerException e) {
          if (!e.retryable() || !pause.beforeRetry(tries)) {
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
