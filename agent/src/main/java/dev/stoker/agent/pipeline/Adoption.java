package dev.stoker.agent.pipeline;

import dev.stoker.agent.launch.FolderTree;
import dev.stoker.agent.launch.Shim;
import dev.stoker.agent.lease.AttemptBook;
import dev.stoker.agent.lease.AttemptRecord;
import dev.stoker.agent.session.SessionRecord;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Wire;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.daemon.NodeIo;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an earlier agent of this data folder left running. Its sessions are adopted, one for each
 * slot, where a record that this release understands says how they stood, their shim runs (process
 * id, start time and boot are the same) and their slot is what it was. The rest is ended, and why
 * is kept for the reports. Not thread-safe; made and asked before the slots start.
 */
final class Adoption {
  private static final Logger LOG = System.getLogger(Adoption.class.getName());

  private final Folders folders;
  private final Map<String, Adopted> bySlot = new HashMap<>();
  private final Map<String, String> endedByLease = new HashMap<>();
  private @Nullable String endedUnread;

  /**
   * @param shims where shims' control folders are
   * @param sessions where sessions' folders are
   * @param outbox where outputs wait for their way out
   */
  record Folders(Path shims, Path sessions, Path outbox) {}

  /** A session that goes on. */
  record Adopted(SlotSession session, JobPlan plan, SessionNote note) {}

  private Adoption(Folders folders) {
    this.folders = folders;
  }

  /**
   * Adopts what can be and ends the rest.
   *
   * @param places of this agent's slots
   */
  static Adoption of(Folders folders, Map<String, SlotPlace> places, AttemptBook book, NodeIo io)
      throws IOException {
    Adoption adoption = new Adoption(folders);
    for (Path control : entries(folders.shims())) {
      adoption.take(control, places);
    }
    adoption.removeSessions(io);
    adoption.removeBoxes(book);
    return adoption;
  }

  /** The session that goes on in a slot. */
  Optional<Adopted> in(String slotId) {
    return Optional.ofNullable(bySlot.get(slotId));
  }

  /** The session that goes on with a lease's attempt. */
  Optional<Adopted> of(String leaseId) {
    return bySlot.values().stream().filter(adopted -> serves(adopted.note(), leaseId)).findFirst();
  }

  private static boolean serves(SessionNote note, String leaseId) {
    SessionNote.Serving serving = note.serving();
    return serving != null && serving.leaseId().equals(leaseId);
  }

  /** Why a lease's renderer was ended, a clause; empty where none was running. */
  Optional<String> endedBecause(String leaseId) {
    String why = endedByLease.get(leaseId);
    return Optional.ofNullable(why == null ? endedUnread : why);
  }

  private void take(Path control, Map<String, SlotPlace> places) throws IOException {
    Optional<SessionNote> note = Optional.empty();
    try {
      note = noteIn(control);
      SessionNote found = note.orElseThrow(() -> new IOException("it has no record"));
      SlotPlace place = places.get(found.slotId());
      if (place == null) {
        throw new IOException("there is no slot " + found.slotId() + " any more");
      }
      if (bySlot.containsKey(found.slotId())) {
        throw new IOException("its slot " + found.slotId() + " has another session");
      }
      JobPlan plan = planIn(control);
      SlotSession session = SlotSession.adopt(control, plan, place);
      bySlot.put(found.slotId(), new Adopted(session, plan, found));
      LOG.log(
          Level.INFO,
          "Adopted session {0} of {1}, which an earlier agent left running.",
          session.id(),
          found.slotId());
    } catch (IOException e) {
      end(control, note, String.valueOf(e.getMessage()));
    }
  }

  /** What the session in that control folder noted; empty where it noted nothing. */
  private static Optional<SessionNote> noteIn(Path control) throws IOException {
    Optional<SessionRecord> record = SessionRecord.read(control);
    return record.isPresent()
        ? Optional.of(record.get().noteAs(SessionNote.class))
        : Optional.empty();
  }

  /** The job of the session in that control folder. */
  private static JobPlan planIn(Path control) throws IOException {
    try {
      byte[] definition = Files.readAllBytes(control.resolve(SlotSession.JOB_FILE));
      return JobPlan.of(Wire.mapper().readValue(definition, Jobs.Definition.class));
    } catch (AttemptFailure | IOException e) {
      throw new IOException("its job cannot be read: " + e.getMessage(), e);
    }
  }

  private void end(Path control, Optional<SessionNote> note, String why) throws IOException {
    note.map(SessionNote::serving).ifPresent(serving -> endedByLease.put(serving.leaseId(), why));
    if (note.isEmpty()) {
      endedUnread = why; // of which lease nobody can tell
    }
    boolean ran = Shim.endLeftover(control);
    LOG.log(
        Level.WARNING,
        ran
            ? "Ended the renderer of session {0}, which an earlier agent left: {1}."
            : "Removed what is left of session {0}: {1}.",
        control.getFileName(),
        why);
  }

  private void removeSessions(NodeIo io) throws IOException {
    Set<String> kept = new HashSet<>();
    bySlot.values().forEach(adopted -> kept.add(adopted.session().id()));
    for (Path session : entries(folders.sessions())) {
      String id = String.valueOf(session.getFileName());
      if (kept.contains(id)) {
        continue;
      }
      try {
        io.unstage(id);
      } catch (IoFailure e) {
        LOG.log(Level.WARNING, "Cannot unpin the inputs of {0}: {1}", session, e.getMessage());
      }
      FolderTree.delete(session);
    }
  }

  /** Outputs stay whose attempt goes on. */
  private void removeBoxes(AttemptBook book) throws IOException {
    Set<Path> kept = new HashSet<>();
    for (AttemptRecord record : book.all()) {
      boolean goesOn =
          switch (record.state()) {
            case RUNNING -> of(record.lease().leaseId()).isPresent();
            case RENDERED -> true;
            case LEASED, STAGED, GRANTED, FINISHED -> false;
          };
      if (goesOn) {
        kept.add(box(folders.outbox(), book, record.lease().leaseId()));
      }
    }
    for (Path box : entries(folders.outbox())) {
      if (!kept.contains(box)) {
        FolderTree.delete(box);
      }
    }
  }

  /** Where an attempt's outputs wait. */
  static Path box(Path outbox, AttemptBook book, String leaseId) {
    return outbox.resolve(String.valueOf(book.fileOf(leaseId, "").getFileName()));
  }

  private static List<Path> entries(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
        entries.forEach(found::add);
      }
    }
    return found;
  }
}
