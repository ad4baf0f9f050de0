package dev.stoker.controller.api;

import dev.stoker.controller.attest.AzurePolicy;
import dev.stoker.controller.dispatch.Prices;
import dev.stoker.controller.dispatch.Queue;
import dev.stoker.controller.dispatch.Sharing;
import dev.stoker.controller.notify.NotifySettings;
import dev.stoker.controller.store.DatabaseAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a controller runs.
 *
 * @param dataFolder its state; created where it is missing, owned by one process
 * @param listen address and port; port 0 picks a free one
 * @param tokens who may call; null leaves access open, which is for loopback
 * @param tls the certificate to serve, null for plain HTTP, which is for loopback
 * @param insecure whether it may leave loopback without tokens or TLS all the same
 * @param sharing how the nodes are shared between projects
 * @param azure which of Azure's machines join without a token; null for none
 * @param nodeTokenLife how long a node's token is good
 * @param telling who is told of jobs' ends
 * @param database the database that holds the queue, shared with other controllers; null for a file
 *     of its own in the data folder
 * @param prices what machines cost
 * @param keepJobs how long jobs stay whole after their end; zero for ever
 */
public record ControllerSettings(
    Path dataFolder,
    InetSocketAddress listen,
    @Nullable Tokens tokens,
    @Nullable Tls tls,
    boolean insecure,
    Sharing sharing,
    @Nullable DatabaseAddress database,
    @Nullable AzurePolicy azure,
    Duration nodeTokenLife,
    NotifySettings telling,
    Prices prices,
    Duration keepJobs) {
  private static final Duration USUAL_KEEP = Duration.ofDays(30);

  /** A controller with a queue of its own. */
  public ControllerSettings(
      Path dataFolder,
      InetSocketAddress listen,
      @Nullable Tokens tokens,
      @Nullable Tls tls,
      boolean insecure) {
    this(
        dataFolder,
        listen,
        tokens,
        tls,
        insecure,
        Sharing.EQUAL,
        null,
        null,
        Queue.NODE_TOKEN_LIFE,
        NotifySettings.NONE,
        Prices.NONE,
        USUAL_KEEP);
  }

  /** The same, on a database that other controllers may use as well. */
  public ControllerSettings withDatabase(@Nullable DatabaseAddress shared) {
    return changed(draft -> draft.database = shared);
  }

  /** The same, with the nodes shared otherwise. */
  public ControllerSettings withSharing(Sharing other) {
    return changed(draft -> draft.sharing = other);
  }

  /** The same, with machines that join by Azure's word. */
  public ControllerSettings withAzure(@Nullable AzurePolicy policy) {
    return changed(draft -> draft.azure = policy);
  }

  /** The same, with others who are told of jobs' ends. */
  public ControllerSettings withNotify(NotifySettings whom) {
    return changed(draft -> draft.telling = whom);
  }

  /** The same, with another life of nodes' tokens. */
  public ControllerSettings withNodeTokenLife(Duration life) {
    return changed(draft -> draft.nodeTokenLife = life);
  }

  /** The same, knowing what machines cost. */
  public ControllerSettings withPrices(Prices known) {
    return changed(draft -> draft.prices = known);
  }

  /** The same, with jobs archived so long after their end; never where that is zero. */
  public ControllerSettings withKeepJobs(Duration keep) {
    return changed(draft -> draft.keepJobs = keep);
  }

  private ControllerSettings changed(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return new ControllerSettings(
        dataFolder,
        listen,
        tokens,
        tls,
        insecure,
        draft.sharing,
        draft.database,
        draft.azure,
        draft.nodeTokenLife,
        draft.telling,
        draft.prices,
        draft.keepJobs);
  }

  /** What has a usual value and may get another one. */
  private static final class Draft {
    private Sharing sharing;
    private @Nullable DatabaseAddress database;
    private @Nullable AzurePolicy azure;
    private Duration nodeTokenLife;
    private NotifySettings telling;
    private Prices prices;
    private Duration keepJobs;

    Draft(ControllerSettings of) {
      sharing = of.sharing;
      database = of.database;
      azure = of.azure;
      nodeTokenLife = of.nodeTokenLife;
      telling = of.telling;
      prices = of.prices;
      keepJobs = of.keepJobs;
    }
  }

  /**
   * Bearer tokens, each at least 16 characters.
   *
   * @param join registers nodes, and nothing else
   * @param user everything that people do, and registering nodes
   */
  public record Tokens(String join, String user) {
    /** Half of what a random UUID carries; shorter ones can be guessed over a network. */
    private static final int SHORTEST = 16;

    public Tokens {
      if (join.length() < SHORTEST || user.length() < SHORTEST) {
        throw new IllegalArgumentException(
            "A token is shorter than " + SHORTEST + " characters; choose longer ones.");
      }
    }

    @Override
    public String toString() {
      return "Tokens[hidden]";
    }
  }

  /**
   * A certificate with its key.
   *
   * @param file a PKCS#12 store, or a PEM file with the certificate chain and a PKCS#8 key
   * @param password of the PKCS#12 store, empty for PEM
   */
  public record Tls(Path file, String password) {
    @Override
    public String toString() {
      return "Tls[" + file + "]";
    }
  }

  /** Open access on a loopback port, for one machine: 0 picks a free port. */
  public static ControllerSettings loopback(Path dataFolder, int port) {
    return new ControllerSettings(
        dataFolder,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        null,
        null,
        false);
  }
}
