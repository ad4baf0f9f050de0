package dev.stoker.controller.web;

import dev.stoker.controller.dispatch.FarmViews;
import dev.stoker.controller.dispatch.JobProgress;
import java.util.Set;

/** What one page follows. Equal topics are looked up once for all who follow them. */
public sealed interface Topic {
  /** The farm at a glance, as far as somebody sees it; no projects are all of them. */
  record Overview(Set<String> projects) implements Topic {
    public Overview {
      projects = Set.copyOf(projects);
    }
  }

  /** A job. */
  record Job(String jobId) implements Topic {}

  /** A node; tasks of other projects are not named. */
  record Node(String nodeId, Set<String> projects) implements Topic {
    public Node {
      projects = Set.copyOf(projects);
    }
  }

  /** The name of its events. */
  default String event() {
    return switch (this) {
      case Overview overview -> "overview";
      case Job job -> "job";
      case Node node -> "node";
    };
  }

  /** What it is about, now. */
  default Object look(FarmViews farm, JobProgress jobs) {
    return switch (this) {
      case Overview overview -> farm.overview(overview.projects());
      case Job job -> jobs.now(job.jobId());
      case Node node -> farm.node(node.nodeId(), node.projects());
    };
  }
}
