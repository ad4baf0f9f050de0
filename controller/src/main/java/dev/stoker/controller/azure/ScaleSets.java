package dev.stoker.controller.azure;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Which machines belong to which scale set. Uniform sets list their own machines
 * (learn.microsoft.com/rest/api/compute/virtual-machine-scale-set-vms/list), those of flexible ones
 * are ordinary machines that a filter finds
 * (learn.microsoft.com/rest/api/compute/virtual-machines/list). What was listed is kept for a
 * while, and listed anew for a machine that is not in it. Thread-safe.
 */
public final class ScaleSets {
  private static final String VERSION = "api-version=2024-07-01";

  /** A machine that left its set is believed for so long, as long as its documents live at most. */
  private static final long KEPT_NANOS = Duration.ofMinutes(5).toNanos();

  /** A fleet that starts at once asks about each machine: one listing answers many. */
  private static final long LISTED_ANEW_NANOS = Duration.ofSeconds(2).toNanos();

  /** For somebody else's listing. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  private final ResourceManager manager;
  private final LongSupplier nanos;
  private final Map<String, Members> sets = new ConcurrentHashMap<>();

  private static final class Members {
    final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    Set<String> vmIds = Set.of();
    long listedNanos;
    boolean listed;
  }

  public ScaleSets(ResourceManager manager, LongSupplier nanos) {
    this.manager = manager;
    this.nanos = nanos;
  }

  /**
   * The first of some scale sets that a machine belongs to.
   *
   * @param vmId as the metadata service has it
   * @param candidates resource ids
   * @throws AzureFailure when the resource manager does not say
   */
  public Optional<String> of(String vmId, List<String> candidates) {
    return candidates.stream().filter(set -> belongs(vmId, set)).findFirst();
  }

  private boolean belongs(String vmId, String set) {
    Members members = sets.computeIfAbsent(set.toLowerCase(Locale.ROOT), ignored -> new Members());
    lock(members, set);
    try {
      long ageNanos = nanos.getAsLong() - members.listedNanos;
      boolean has = members.vmIds.contains(vmId.toLowerCase(Locale.ROOT));
      if (!members.listed || ageNanos > (has ? KEPT_NANOS : LISTED_ANEW_NANOS)) {
        members.vmIds = list(set);
        members.listedNanos = nanos.getAsLong();
        members.listed = true;
      }
      return members.vmIds.contains(vmId.toLowerCase(Locale.ROOT));
    } finally {
      members.lock.unlock();
    }
  }

  private static void lock(Members members, String set) {
    try {
      if (members.lock.tryLock(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
      throw new AzureFailure("The machines of " + set + " are still being listed.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AzureFailure("The controller is stopping.", e);
    }
  }

  private Set<String> list(String set) {
    String mode =
        manager.get(set + "?" + VERSION).path("properties").path("orchestrationMode").asText("");
    String path =
        mode.equalsIgnoreCase("Flexible")
            ? set.substring(0, set.toLowerCase(Locale.ROOT).indexOf("/virtualmachinescalesets/"))
                + "/virtualMachines?"
                + VERSION
                + "&$filter="
                + URLEncoder.encode(
                        "'virtualMachineScaleSet/id' eq '" + set + "'", StandardCharsets.UTF_8)
                    .replace("+", "%20")
            : set + "/virtualMachines?" + VERSION;
    Set<String> found = new HashSet<>();
    for (JsonNode machine : manager.list(path)) {
      String vmId = machine.path("properties").path("vmId").asText("");
      if (!vmId.isEmpty()) {
        found.add(vmId.toLowerCase(Locale.ROOT));
      }
    }
    return found;
  }
}
