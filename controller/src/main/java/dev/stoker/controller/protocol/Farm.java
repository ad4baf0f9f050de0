package dev.stoker.controller.protocol;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the web page shows of the farm as a whole; compact, since it is sent again and again. */
public final class Farm {
  private Farm() {}

  /**
   * {@code GET /v1/session}: who the caller is.
   *
   * @param name of their token; empty where no token is needed
   * @param projects the only ones they see; empty for all
   * @param open whether this controller asks nobody for a token
   */
  public record Session(String name, Tokens.Role role, List<String> projects, boolean open) {
    public Session {
      projects = List.copyOf(projects);
    }
  }

  /**
   * {@code GET /v1/overview}.
   *
   * @param jobs how many jobs the caller sees in each state
   * @param tasks how many tasks of unfinished ones
   * @param queue unfinished jobs in the order of their rank, then those that ended last
   * @param cost null for callers who see some projects only
   */
  public record Overview(
      Map<Jobs.State, Long> jobs,
      Map<Jobs.TaskState, Long> tasks,
      NodeCounts nodes,
      List<JobLine> queue,
      Traffic traffic,
      @Nullable Cost cost) {
    public Overview {
      jobs = Map.copyOf(jobs);
      tasks = Map.copyOf(tasks);
      queue = List.copyOf(queue);
    }
  }

  /**
   * @param slots of nodes that are there
   * @param busy slots of them that hold a lease
   * @param cacheBytes what their caches hold
   */
  public record NodeCounts(
      long ready,
      long draining,
      long lost,
      long slots,
      long busy,
      long vcpus,
      long gpus,
      long cacheBytes) {}

  /** One job in the overview. */
  public record JobLine(
      String jobId,
      String name,
      String project,
      String submitter,
      int priority,
      Jobs.State state,
      String message,
      long submittedMillis,
      @Nullable Long endedMillis,
      Map<Jobs.TaskState, Long> tasks) {
    public JobLine {
      tasks = Map.copyOf(tasks);
    }
  }

  /**
   * What was done in the last hour, a number for each span of time, oldest first.
   *
   * @param sinceMillis from when on this controller counted, in milliseconds since 1970
   * @param spanSeconds how long each span is; the last one is still going on
   * @param succeeded tasks
   * @param failed attempts
   * @param originBytes fetched from origins for attempts that ended
   * @param cachedBytes of input that were on the node already
   * @param publishedBytes of output
   */
  public record Traffic(
      long sinceMillis,
      int spanSeconds,
      List<Long> succeeded,
      List<Long> failed,
      List<Long> originBytes,
      List<Long> cachedBytes,
      List<Long> publishedBytes) {
    public Traffic {
      succeeded = List.copyOf(succeeded);
      failed = List.copyOf(failed);
      originBytes = List.copyOf(originBytes);
      cachedBytes = List.copyOf(cachedBytes);
      publishedBytes = List.copyOf(publishedBytes);
    }
  }

  /**
   * What nodes cost by the prices of the configuration.
   *
   * @param currency as configured; empty where no prices are
   * @param today since midnight UTC
   * @param month in the last 30 days
   * @param sizes the last 30 days by size of machine
   */
  public record Cost(String currency, Spent today, Spent month, List<SizeCost> sizes) {
    public Cost {
      sizes = List.copyOf(sizes);
    }
  }

  /**
   * @param amount of money, for what has a price
   * @param pricedHours node-hours that have a price
   * @param unpricedHours node-hours that have none
   */
  public record Spent(double amount, double pricedHours, double unpricedHours) {}

  /**
   * @param vmSize as Azure names it; empty for machines that are not known to be Azure's
   * @param hourlyPrice null where none is configured
   */
  public record SizeCost(String vmSize, boolean spot, double hours, @Nullable Double hourlyPrice) {}

  /**
   * {@code GET /v1/jobs/{job}/grid?from=&limit=}: the states of a job's tasks.
   *
   * @param from the first task's place among all of the job's
   * @param total how many tasks the job has
   * @param runs a letter and how many tasks in a row, such as {@code s120f1r879}: {@code w}aiting,
   *     {@code r}eady, r{@code e}ady again after a failure, {@code l}eased, {@code c}ommitted,
   *     {@code s}ucceeded, {@code f}ailed, canceled ({@code x})
   */
  public record Grid(long from, long total, List<GridStep> steps, String runs) {
    public Grid {
      steps = List.copyOf(steps);
    }
  }

  /** A step's place in the grid: its first task's, and how many there are. */
  public record GridStep(String name, long first, long count) {}

  /**
   * {@code GET /v1/jobs/{job}/map?bins=}: a job of any size in so many spots.
   *
   * @param tasksPerBin tasks in each, but for the last
   * @param bins how many tasks are in which state, as letters and numbers like those of the grid
   */
  public record JobMap(long total, long tasksPerBin, List<String> bins) {
    public JobMap {
      bins = List.copyOf(bins);
    }
  }

  /**
   * What the page of a job follows.
   *
   * @param version differs whenever anything of the job does
   * @param running what nodes hold of it, at most 256
   * @param runningTotal all that they hold
   */
  public record JobNow(long version, Jobs.Summary job, List<Running> running, long runningTotal) {
    public JobNow {
      running = List.copyOf(running);
    }
  }

  /** A task that a node holds; {@code phaseFraction} as in {@link Heartbeat.Held}. */
  public record Running(
      long ordinal,
      int attempt,
      String nodeId,
      String nodeName,
      Heartbeat.Phase phase,
      double phaseFraction,
      long sinceMillis) {}

  /**
   * {@code GET /v1/jobs/{job}/cost}: what the nodes that worked on a job cost meanwhile, each by
   * the share of it that the job had.
   *
   * @param nodeHours of whole nodes
   */
  public record JobCost(String currency, double amount, double nodeHours, double unpricedHours) {}

  /**
   * {@code GET /v1/fleet?after=&limit=&state=&size=&name=}: groups of nodes, and a page of nodes.
   *
   * @param groups all nodes, by size, zone and so on
   * @param matching how many nodes are as asked for
   * @param next pass it as {@code after} for the next page; null on the last
   */
  public record Fleet(
      List<Group> groups,
      List<NodeLine> nodes,
      long matching,
      @Nullable String next,
      @Nullable Cost cost) {
    public Fleet {
      groups = List.copyOf(groups);
      nodes = List.copyOf(nodes);
    }
  }

  /** Nodes that are alike. */
  public record Group(
      String vmSize,
      String location,
      String zone,
      String scaleSet,
      boolean spot,
      long ready,
      long draining,
      long lost,
      long slots,
      long busy,
      @Nullable Double hourlyPrice) {}

  /**
   * One node in a page of the fleet.
   *
   * @param cpuPercent of the whole machine, null where it does not say
   * @param gpuPercent of the busiest task's GPUs, likewise
   * @param problem why it takes no work by its own word; null when it is well
   */
  public record NodeLine(
      String nodeId,
      String name,
      String state,
      String release,
      String vmSize,
      String zone,
      boolean spot,
      int slots,
      int busy,
      int vcpus,
      int gpus,
      @Nullable Double cpuPercent,
      @Nullable Double gpuPercent,
      long cacheBytes,
      @Nullable String problem) {}

  /**
   * {@code GET /v1/nodes/{node}}.
   *
   * @param seenMillis how long ago it was heard of
   * @param holds the folders of which its cache holds most, largest first; empty for callers who
   *     see some projects only
   * @param topology the machine as {@code stoker topology --json} has it; null where it never said
   */
  public record NodeNow(
      NodeLine node,
      Registration.@Nullable Machine machine,
      long registeredMillis,
      long seenMillis,
      Map<String, List<String>> attributes,
      List<SlotNow> slots,
      Heartbeat.@Nullable NodeStatus status,
      List<Heartbeat.CachedFolder> holds,
      History history,
      com.fasterxml.jackson.databind.@Nullable JsonNode topology) {
    public NodeNow {
      attributes = Map.copyOf(attributes);
      slots = List.copyOf(slots);
      holds = List.copyOf(holds);
    }
  }

  /** A slot and what it holds: the task that runs, then those that wait for it. */
  public record SlotNow(Registration.Slot slot, List<SlotTask> tasks) {
    public SlotNow {
      tasks = List.copyOf(tasks);
    }
  }

  /** A task in a slot; without names for callers who may not see its job. */
  public record SlotTask(
      String jobId,
      String jobName,
      String taskId,
      int attempt,
      Heartbeat.Phase phase,
      double phaseFraction,
      String message) {}

  /**
   * What a node said of itself in the last half hour, oldest first; a number is -1 where it said
   * nothing.
   *
   * @param spanSeconds between two of them
   * @param series by name, such as {@code cpu} in per cent
   */
  public record History(int spanSeconds, Map<String, List<Double>> series) {
    public History {
      series = Map.copyOf(series);
    }
  }
}
