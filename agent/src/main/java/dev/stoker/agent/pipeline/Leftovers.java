package dev.stoker.agent.pipeline;

import dev.stoker.agent.launch.FolderTree;
import dev.stoker.agent.launch.Shim;
import dev.stoker.agent.lease.AttemptRecord;
import dev.stoker.agent.lease.HeldLease;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Finish.Outcome;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.daemon.NodeIo;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What an earlier agent of this data folder left: ends its renderers, and brings its attempts to an
 * end. An agent that adopts running sessions decides in {@link #endSessions} which ones it keeps.
 */
final class Leftovers {
  private static final Logger LOG = System.getLogger(Leftovers.class.getName());

  private Leftovers() {}

  /** Ends every session and takes its folders away; nothing of theirs was granted. */
  static void endSessions(Path shims, Path sessions, Path outbox, NodeIo io) throws IOException {
    for (Path control : entries(shims)) {
      if (Shim.endLeftover(control)) {
        LOG.log(
            Level.WARNING,
            "Ended the renderer of session {0}, which an earlier agent left.",
            control.getFileName());
      }
    }
    for (Path session : entries(sessions)) {
      try {
        io.unstage(String.valueOf(session.getFileName()));
      } catch (IoFailure e) {
        LOG.log(Level.WARNING, "Cannot unpin the inputs of {0}: {1}", session, e.getMessage());
      }
      FolderTree.delete(session);
    }
    for (Path box : entries(outbox)) {
      FolderTree.delete(box);
    }
  }

  /** Brings one attempt to its end; blocks until it is acknowledged or the agent closes. */
  static void finish(HeldLease held, AttemptRecord record, Publication publication, Reports reports)
      throws InterruptedException {
    String leaseId = record.lease().leaseId();
    Finish.Request report = record.finish();
    switch (record.state()) {
      case LEASED, RUNNING -> {
        LOG.log(
            Level.WARNING,
            "Lease {0}: its agent died before its outputs lay ready; handed back.",
            leaseId);
        reports.send(
            held,
            record,
            new Finish.Request(
                record.lease().attempt(),
                Outcome.RETURNED,
                -1,
                "Its agent died.",
                false,
                record.timeline(),
                record.originBytes(),
                record.cachedBytes(),
                0));
      }
      case STAGED -> {
        LOG.log(
            Level.WARNING, "Lease {0}: its agent died asking to publish; asking again.", leaseId);
        publication.resume(held, record);
      }
      case GRANTED -> {
        LOG.log(Level.WARNING, "Lease {0}: its agent died publishing; going on.", leaseId);
        publication.resume(held, record);
      }
      case FINISHED -> {
        LOG.log(Level.WARNING, "Lease {0}: its agent died reporting; reporting again.", leaseId);
        if (report != null) {
          reports.send(held, record, report);
        }
      }
    }
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
