package dev.stoker.controller.store;

import org.jdbi.v3.core.Handle;

/** The tables, within one change or one question. Not thread-safe; not to be kept. */
public final class QueueRows {
  private final JobRows jobs;
  private final StepRows steps;
  private final TaskRows tasks;
  private final LeaseRows leases;
  private final ManifestRows manifests;
  private final NodeRows nodes;
  private final LogRows logs;
  private final TokenRows tokens;
  private final JoinRows joining;
  private final NoticeRows notices;
  private final ThumbnailRows thumbnails;
  private final TraceRows traces;
  private final PinRows pins;
  private final NodeHours nodeHours;
  private final ArchiveRows archive;

  QueueRows(Handle handle) {
    jobs = new JobRows(handle);
    steps = new StepRows(handle);
    tasks = new TaskRows(handle);
    leases = new LeaseRows(handle);
    manifests = new ManifestRows(handle);
    nodes = new NodeRows(handle);
    logs = new LogRows(handle);
    tokens = new TokenRows(handle);
    joining = new JoinRows(handle);
    notices = new NoticeRows(handle);
    thumbnails = new ThumbnailRows(handle);
    traces = new TraceRows(handle);
    pins = new PinRows(handle);
    nodeHours = new NodeHours(handle);
    archive = new ArchiveRows(handle);
  }

  public JobRows jobs() {
    return jobs;
  }

  public StepRows steps() {
    return steps;
  }

  public TaskRows tasks() {
    return tasks;
  }

  public LeaseRows leases() {
    return leases;
  }

  public ManifestRows manifests() {
    return manifests;
  }

  public NodeRows nodes() {
    return nodes;
  }

  public TokenRows tokens() {
    return tokens;
  }

  public JoinRows joining() {
    return joining;
  }

  public NoticeRows notices() {
    return notices;
  }

  public ThumbnailRows thumbnails() {
    return thumbnails;
  }

  public TraceRows traces() {
    return traces;
  }

  public PinRows pins() {
    return pins;
  }

  public NodeHours nodeHours() {
    return nodeHours;
  }

  public ArchiveRows archive() {
    return archive;
  }

  public LogRows logs() {
    return logs;
  }
}
