package dev.stoker.agent.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The contents of one {@code stoker.yaml}, key by key; null or empty where the file says nothing.
 * {@code docs/configure.md} explains each key.
 *
 * @param controller URL of the controller
 * @param token bearer token of people, and of agents where there is no {@code joinToken}
 * @param joinToken bearer token that registers nodes and does nothing else
 * @param data folder of all state
 * @param listen {@code HOST:PORT} the controller listens on
 * @param status {@code HOST:PORT} the agent shows itself at, or {@code off}
 * @param tls what an https controller serves with
 * @param database {@code postgresql://…} of the queue that several controllers share
 * @param projects how much of the nodes each project gets, by name
 * @param limits counted tokens, such as licences, by name
 * @param join which machines become nodes without a token
 * @param nodeTokenLife how long a node's token is good, as {@link TimeSpan}
 * @param telling {@code notify}, which no record component may be called: who is told of jobs' ends
 * @param keepJobsDays after how many days jobs that are over are archived; 0 never
 * @param failureLimit after how many failed attempts a job is suspended; 0 never
 * @param prices what an hour of each size of machine costs
 * @param memory most memory the I/O process takes for data, as {@link ByteSize}
 * @param name what this node calls itself
 * @param cache the block cache
 * @param locations what paths in jobs mean
 * @param origins credentials and bandwidth by origin
 * @param slots how the node is cut into slots, each of which runs one task at a time
 * @param reserve what is kept from the slots for the system and Stoker
 * @param user the account or accounts that renderers run as
 * @param profiles folder of the studio's own renderer profiles
 * @param stall how long a renderer may do nothing before it is ended, as {@link TimeSpan}, or off
 * @param renderers what renderers may take beside their slot
 * @param assets how renderers get at their inputs: {@code mount}, {@code stage} or {@code auto}
 * @param mount folder that the I/O process mounts sessions' inputs in, or {@code off}
 * @param nfsTimeout how long an NFS server may say nothing at all, as {@link TimeSpan}
 */
public record StokerFile(
    @Nullable String controller,
    @Nullable String token,
    @Nullable String joinToken,
    @Nullable String data,
    @Nullable String listen,
    @Nullable String status,
    @Nullable Tls tls,
    @Nullable String database,
    Map<String, Project> projects,
    Map<String, Limit> limits,
    @Nullable Join join,
    @Nullable String nodeTokenLife,
    @JsonProperty("notify") @Nullable Notify telling,
    @Nullable Integer keepJobsDays,
    @Nullable Integer failureLimit,
    @Nullable Prices prices,
    @Nullable String memory,
    @Nullable String name,
    @Nullable Cache cache,
    List<LocationEntry> locations,
    Map<String, Credential> origins,
    @Nullable SlotsEntry slots,
    @Nullable Reserve reserve,
    @Nullable UserEntry user,
    @Nullable String profiles,
    @Nullable String stall,
    @Nullable Renderers renderers,
    @Nullable String assets,
    @Nullable String mount,
    @Nullable String nfsTimeout) {

  static final StokerFile EMPTY =
      new StokerFile(
          null, null, null, null, null, null, null, null, Map.of(), Map.of(), null, null, null,
          null, null, null, null, null, null, List.of(), Map.of(), null, null, null, null, null,
          null, null, null, null);

  public StokerFile {
    locations = locations == null ? List.of() : List.copyOf(locations);
    projects = projects == null ? Map.of() : Map.copyOf(projects);
    limits = limits == null ? Map.of() : Map.copyOf(limits);
    origins = origins == null ? Map.of() : Map.copyOf(origins);
  }

  /**
   * @param webhooks told by HTTP
   * @param mail how mail is sent, and to whom
   * @param allow hosts and addresses that may be told although they are this machine's or its
   *     link's
   * @param jobs the role from which a submission may name others; nobody may where it is left out
   * @param deadline how long one word is tried, as {@link TimeSpan}
   */
  public record Notify(
      List<Webhook> webhooks,
      @Nullable Mail mail,
      List<String> allow,
      @Nullable String jobs,
      @Nullable String deadline) {
    public Notify {
      webhooks = webhooks == null ? List.of() : List.copyOf(webhooks);
      allow = allow == null ? List.of() : List.copyOf(allow);
    }
  }

  /**
   * @param name in log and audit; the host's where it is left out
   * @param url http or https
   * @param secret signs what is sent
   * @param projects whose jobs; all where it is left out
   * @param states {@code succeeded}, {@code failed}, {@code canceled}; all where it is left out
   */
  public record Webhook(
      @Nullable String name,
      @Nullable String url,
      @Nullable String secret,
      List<String> projects,
      List<String> states) {
    public Webhook {
      projects = projects == null ? List.of() : List.copyOf(projects);
      states = states == null ? List.of() : List.copyOf(states);
    }

    @Override
    public String toString() {
      return "Webhook[" + name + "]";
    }
  }

  /**
   * @param server {@code HOST} or {@code HOST:PORT} of the SMTP server
   * @param tls {@code starttls} (the default), {@code implicit} or {@code none}
   * @param from whose mail it is
   * @param to who gets it
   * @param projects whose jobs; all where it is left out
   * @param states as of a webhook
   */
  public record Mail(
      @Nullable String server,
      @Nullable String tls,
      @Nullable String user,
      @Nullable String password,
      @Nullable String from,
      List<String> to,
      List<String> projects,
      List<String> states) {
    public Mail {
      to = to == null ? List.of() : List.copyOf(to);
      projects = projects == null ? List.of() : List.copyOf(projects);
      states = states == null ? List.of() : List.copyOf(states);
    }

    @Override
    public String toString() {
      return "Mail[" + server + "]";
    }
  }

  /**
   * @param azure machines that Azure vouches for
   */
  public record Join(@Nullable AzureJoin azure) {}

  /**
   * @param subscriptions ids; each machine of theirs may join
   * @param scaleSets resource ids; each machine of theirs may join
   * @param roots certificates (PEM) to trust in place of Azure's roots
   * @param intermediates further certificates (PEM) between those and the signers
   * @param resourceManager another cloud's resource manager
   * @param clientId which of several managed identities asks the resource manager
   */
  public record AzureJoin(
      List<String> subscriptions,
      List<String> scaleSets,
      @Nullable String roots,
      @Nullable String intermediates,
      @Nullable String resourceManager,
      @Nullable String clientId) {
    public AzureJoin {
      subscriptions = subscriptions == null ? List.of() : List.copyOf(subscriptions);
      scaleSets = scaleSets == null ? List.of() : List.copyOf(scaleSets);
    }
  }

  /**
   * @param weight against other projects, 1 where nothing is said
   * @param cap most tasks running at once
   */
  public record Project(@Nullable Double weight, @Nullable Integer cap) {}

  /**
   * @param currency such as {@code EUR}
   * @param hourly by size of machine, as Azure names it
   * @param spot likewise, for spot machines
   */
  public record Prices(
      @Nullable String currency, Map<String, Double> hourly, Map<String, Double> spot) {
    public Prices {
      hourly = hourly == null ? Map.of() : Map.copyOf(hourly);
      spot = spot == null ? Map.of() : Map.copyOf(spot);
    }
  }

  /**
   * @param total tokens in all
   * @param perHost tokens on one node
   */
  public record Limit(@Nullable Integer total, @Nullable Integer perHost) {}

  /**
   * @param folder where blocks are kept; below the data folder when null
   * @param size most disk it takes, as {@link ByteSize}
   * @param verifyAfter how long a check of a file is believed that renderers read past the cache,
   *     as {@link TimeSpan}; a day at most, and a day when null
   */
  public record Cache(
      @Nullable String folder, @Nullable String size, @Nullable String verifyAfter) {}

  /**
   * @param name one path segment
   * @param uri the origin tree
   * @param paths under which artists' machines know it
   * @param access {@code read} (the default) or {@code write}
   */
  public record LocationEntry(
      @Nullable String name, @Nullable String uri, List<String> paths, @Nullable String access) {
    public LocationEntry {
      paths = paths == null ? List.of() : List.copyOf(paths);
    }
  }

  /**
   * What opens an origin, one of {@code key}, {@code sas}, {@code connectionString} and {@code
   * identity}; for whom; and how much of it may be used.
   *
   * @param key shared key of a storage account, Base64
   * @param sas shared access signature
   * @param connectionString as the portal shows it
   * @param identity {@code managed}, {@code workload} or {@code anonymous}
   * @param clientId which of several managed identities
   * @param projects what opens it for single projects, by their names
   * @param bandwidth most that goes there, and most that comes from there, in a second, as {@link
   *     ByteSize}
   */
  public record Credential(
      @Nullable String key,
      @Nullable String sas,
      @Nullable String connectionString,
      @Nullable String identity,
      @Nullable String clientId,
      Map<String, Credential> projects,
      @Nullable String bandwidth) {
    public Credential {
      projects = projects == null ? Map.of() : Map.copyOf(projects);
    }

    /** Of everybody, without a cap. */
    public Credential(
        @Nullable String key,
        @Nullable String sas,
        @Nullable String connectionString,
        @Nullable String identity,
        @Nullable String clientId) {
      this(key, sas, connectionString, identity, clientId, Map.of(), null);
    }

    @Override
    public String toString() {
      return "Credential[hidden]";
    }
  }

  /**
   * What an https controller serves with.
   *
   * @param certificate a PKCS#12 store, or a PEM file with chain and PKCS#8 key
   * @param password of the PKCS#12 store
   */
  public record Tls(@Nullable String certificate, @Nullable String password) {
    @Override
    public String toString() {
      return "Tls[" + certificate + "]";
    }
  }

  /**
   * @param nice 0 to 19
   * @param ulimits by their ulimit name: a number, a size as {@link ByteSize}, or unlimited
   */
  public record Renderers(@Nullable Integer nice, Map<String, String> ulimits) {
    public Renderers {
      ulimits = ulimits == null ? Map.of() : Map.copyOf(ulimits);
    }
  }

  /**
   * @param cpus logical CPUs, ≥ 0
   * @param memory as {@link ByteSize}
   */
  public record Reserve(@Nullable Integer cpus, @Nullable String memory) {}
}
