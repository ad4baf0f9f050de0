package dev.stoker.controller.dispatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Wire;
import dev.stoker.controller.store.QueueStore;
import dev.stoker.openjd.job.HostRequirements;
import dev.stoker.openjd.job.Job;
import dev.stoker.openjd.job.JobException;
import dev.stoker.openjd.job.Step;
import dev.stoker.openjd.template.EnvironmentTemplate;
import dev.stoker.openjd.template.Extension;
import dev.stoker.openjd.template.JobTemplate;
import dev.stoker.openjd.template.TemplateException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** Makes plans of definitions, and keeps those used last. Thread-safe. */
final class JobPlans {
  /** A plan is its template, some KiB; more jobs than this are rarely at work together. */
  private static final int KEPT = 256;

  private static final Set<Extension> SUPPORTED = Set.copyOf(EnumSet.allOf(Extension.class));

  private final QueueStore store;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock; in order of use.
  private final Map<Long, Known> kept = new LinkedHashMap<>(16, 0.75f, true);

  JobPlans(QueueStore store) {
    this.store = store;
  }

  /** A job in the store. */
  record Known(String jobId, JobPlan plan) {}

  /** The job of a number in the store, with its plan. */
  Known of(long jobNumber) {
    lock.lock();
    try {
      Known known = kept.get(jobNumber);
      if (known != null) {
        return known;
      }
    } finally {
      lock.unlock();
    }
    Known known =
        store.read(
            rows ->
                new Known(
                    rows.jobs().get(jobNumber).id(),
                    make(read(rows.jobs().definition(jobNumber)))));
    lock.lock();
    try {
      kept.put(jobNumber, known);
      if (kept.size() > KEPT) {
        kept.remove(kept.keySet().iterator().next());
      }
    } finally {
      lock.unlock();
    }
    return known;
  }

  /**
   * The plan of a definition.
   *
   * @throws Refusal when its template or parameters are wrong, naming every problem
   */
  static JobPlan make(Jobs.Definition definition) {
    try {
      JobTemplate template = JobTemplate.decode(definition.template(), SUPPORTED);
      List<EnvironmentTemplate> environments =
          definition.environments().stream()
              .map(each -> EnvironmentTemplate.decode(each, SUPPORTED))
              .toList();
      String folder = definition.templateFolder();
      Path templateFolder = folder.isEmpty() ? null : Path.of(folder);
      Path currentFolder = templateFolder == null ? Path.of("/") : templateFolder;
      Job job =
          Job.create(
              template, environments, definition.parameters(), templateFolder, currentFolder);
      return plan(job, JobInputs.of(definition, job));
    } catch (TemplateException e) {
      throw Refusal.invalid("The template is not valid: " + e.getMessage());
    } catch (JobException e) {
      throw Refusal.invalid(String.valueOf(e.getMessage()));
    }
  }

  static Jobs.Definition read(String json) {
    try {
      return Wire.mapper().readValue(json, Jobs.Definition.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A stored definition cannot be read.", e);
    }
  }

  private static JobPlan plan(Job job, List<String> inputs) {
    Map<String, Integer> positions = new HashMap<>();
    for (Step step : job.steps()) {
      positions.put(step.name(), positions.size());
    }
    return new JobPlan(
        job.name(), job.steps().stream().map(step -> step(step, positions)).toList(), inputs);
  }

  private static JobPlan.Step step(Step step, Map<String, Integer> positions) {
    List<Integer> needs =
        step.dependencies().stream()
            .map(name -> positions.getOrDefault(name, -1))
            .filter(position -> position >= 0)
            .distinct()
            .toList();
    return new JobPlan.Step(
        step.name(),
        needs,
        step.space().size(),
        needs(step.hostRequirements()),
        index -> step.space().get(index).asText());
  }

  private static SlotNeeds needs(HostRequirements requirements) {
    Map<String, Double> amounts = new HashMap<>();
    Map<String, Integer> tokens = new HashMap<>();
    for (HostRequirements.Amount amount : requirements.amounts()) {
      if (amount.min() != null) {
        String name = amount.name().toLowerCase(Locale.ROOT);
        if (name.startsWith("amount.worker.")) {
          amounts.put(name, amount.min().doubleValue());
        } else {
          String limit = name.startsWith("amount.") ? name.substring("amount.".length()) : name;
          tokens.put(limit, (int) Math.ceil(Math.min(amount.min().doubleValue(), 1e9)));
        }
      }
    }
    Map<String, List<String>> anyOf = new HashMap<>();
    Map<String, List<String>> allOf = new HashMap<>();
    for (HostRequirements.Attribute attribute : requirements.attributes()) {
      String name = attribute.name().toLowerCase(Locale.ROOT);
      if (!attribute.anyOf().isEmpty()) {
        anyOf.put(name, attribute.anyOf());
      }
      if (!attribute.allOf().isEmpty()) {
        allOf.put(name, attribute.allOf());
      }
    }
    return new SlotNeeds(amounts, anyOf, allOf, tokens);
  }
}
