package dev.stoker.agent.cli;

import dev.stoker.agent.pipeline.LocationMap;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Pins;
import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.prefetch.WantedFiles;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.Sources;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The versions of a job's declared inputs as they are when it is submitted, as far as this machine
 * can ask their origins within some seconds; a node pins the rest when it meets them. A path of a
 * file system may be another share here than on the nodes, so these are left to the nodes. Used by
 * one thread.
 */
final class DeclaredPins {
  private static final Logger LOG = System.getLogger(DeclaredPins.class.getName());

  /** Some thousand questions; whoever submits waits for it, and an origin may be out of reach. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Context context;
  private final String project;

  DeclaredPins(Context context, String project) {
    this.context = context;
    this.project = project;
  }

  /**
   * By {@code LOCATION/path}.
   *
   * @param paths that the job declares as inputs, as it spells them
   * @param written paths below which it writes: what lies there changes while it runs
   */
  Map<String, String> of(List<Jobs.Location> locations, List<String> paths, List<String> written) {
    Map<Jobs.Location, Set<String>> wanted = new LinkedHashMap<>();
    LocationMap map = new LocationMap(locations, Map.of());
    List<LocationMap.Place> outputs =
        written.stream().map(map::find).flatMap(Optional::stream).toList();
    for (String path : paths) {
      map.find(path)
          .filter(place -> outputs.stream().noneMatch(output -> meet(output, place)))
          .filter(place -> !(AssetUri.parse(place.location().uri()) instanceof FileUri))
          .ifPresent(
              place ->
                  wanted
                      .computeIfAbsent(place.location(), one -> new LinkedHashSet<>())
                      .add(place.path().value()));
    }
    Map<String, String> pins = new ConcurrentHashMap<>();
    if (!wanted.isEmpty()) {
      Deadline deadline = Deadline.after(PATIENCE);
      try (HttpTransport transport =
          new HttpTransport(Engines.transport(context.settings(), context.environment()))) {
        Sources sources =
            new Sources(transport, Engines.blob(context.settings(), context.environment()));
        wanted.forEach((location, some) -> look(sources, location, some, deadline, pins));
      }
    }
    return pins;
  }

  /** Whether one lies in the other. */
  private static boolean meet(LocationMap.Place one, LocationMap.Place other) {
    return one.location().equals(other.location())
        && (one.path().startsWith(other.path()) || other.path().startsWith(one.path()));
  }

  private void look(
      Sources sources,
      Jobs.Location location,
      Set<String> paths,
      Deadline deadline,
      Map<String, String> pins) {
    AssetUri uri = AssetUri.parse(location.uri());
    List<String> include = paths.contains("") ? List.of() : List.copyOf(paths);
    try (AssetSource source = sources.openFor(uri, project)) {
      new WantedFiles(uri, source)
          .list(include, deadline, info -> add(location, info, pins), DeclaredPins::leave);
    } catch (IoFailure e) {
      leave(e);
    }
  }

  private static void add(Jobs.Location location, AssetInfo info, Map<String, String> pins) {
    if (pins.size() >= Pins.MOST_AT_SUBMIT) {
      throw new IoFailure.Canceled("No more than " + Pins.MOST_AT_SUBMIT + " are pinned here.");
    }
    if (info.version().cacheable()) {
      pins.put(location.name() + "/" + info.path(), info.version().token());
    }
  }

  private static void leave(IoFailure failure) {
    LOG.log(Level.DEBUG, "Left to the nodes to pin: {0}", failure.getMessage());
  }
}
