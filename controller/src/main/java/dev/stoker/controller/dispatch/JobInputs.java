package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.openjd.job.Job;
import dev.stoker.openjd.param.JobParameter;
import dev.stoker.openjd.param.ObjectType;
import dev.stoker.openjd.pathmap.PathFormat;
import dev.stoker.openjd.pathmap.PathMapping;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which folders of origins jobs read from, as far as their definitions say: nodes that hold some of
 * them are asked first. Keeps those used last. Thread-safe.
 */
final class JobInputs {
  /** Of one job; more tell little more, and each is compared with all that a node holds. */
  private static final int MOST = 16;

  private static final int LONGEST = 1_024;

  /** A bundle may name thousands of files, mostly of few folders. */
  private static final int MOST_LOOKED_AT = 1_000;

  private static final int JOBS_KEPT = 4_096;

  // Guarded by this; in order of use.
  private final Map<Long, List<String>> kept = new LinkedHashMap<>(16, 0.75f, true);

  /** The folders that a stored job reads from. */
  synchronized List<String> of(QueueRows rows, long jobNumber) {
    List<String> known = kept.get(jobNumber);
    if (known == null) {
      known = rows.jobs().inputs(jobNumber);
      kept.put(jobNumber, known);
      if (kept.size() > JOBS_KEPT) {
        kept.remove(kept.keySet().iterator().next());
      }
    }
    return known;
  }

  /** The folders that a definition names, as {@link #spelled} has them. */
  static List<String> of(Jobs.Definition definition, Job job) {
    List<PathMapping.Rule> rules = new ArrayList<>();
    for (Jobs.Location location : definition.locations()) {
      for (String path : location.paths()) {
        boolean windows = !path.startsWith("/") && PathFormat.WINDOWS.isAbsolute(path);
        rules.add(
            new PathMapping.Rule(
                windows ? PathFormat.WINDOWS : PathFormat.POSIX, path, spelled(location.uri())));
      }
    }
    var mapping = new PathMapping(rules);
    Set<String> folders = new LinkedHashSet<>();
    for (JobParameter parameter : job.pathParameters()) {
      if (parameter.dataFlow().isInput()) {
        String uri = mapping.apply(parameter.value().text());
        folders.add(parameter.objectType() == ObjectType.FILE ? parent(uri) : uri + "/");
      }
    }
    for (String input : definition.assets().inputs().stream().limit(MOST_LOOKED_AT).toList()) {
      String uri = mapping.apply(input);
      boolean named = uri.substring(uri.lastIndexOf('/') + 1).contains(".");
      folders.add(named ? parent(uri) : uri + "/");
    }
    return folders.stream()
        .map(folder -> folder.replaceAll("/+$", "/"))
        .filter(folder -> folder.contains("://") && folder.length() <= LONGEST)
        .limit(MOST)
        .toList();
  }

  private static String parent(String uri) {
    return uri.substring(0, uri.lastIndexOf('/') + 1);
  }

  /** A folder as it is compared: with a scheme, percent-decoded, with a slash at its end. */
  static String spelled(String uri) {
    String plain = uri.startsWith("/") ? "file://" + uri : decoded(uri);
    return plain.endsWith("/") ? plain : plain + "/";
  }

  private static String decoded(String uri) {
    try {
      return URLDecoder.decode(uri.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return uri;
    }
  }
}
