package dev.stoker.io.cache;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.posix.FolderHandle;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/**
 * Files that are wanted whole: brought, every grain checked, laid out. Thread-safe; a call blocks,
 * best on a virtual thread.
 */
final class WholeFiles {
  /** What was found damaged or was lost meanwhile is brought again; not for ever. */
  private static final int ROUNDS = 4;

  private final Filler filler;
  private final Verifier verifier;
  private final Placer placer;
  private final OpenFiles open;
  private final Departures departures;

  WholeFiles(
      Filler filler, Verifier verifier, Placer placer, OpenFiles open, Departures departures) {
    this.filler = filler;
    this.verifier = verifier;
    this.placer = placer;
    this.open = open;
    this.departures = departures;
  }

  /** Returns when the asset's every grain is on disk and was checked. */
  void complete(
      PinnedAsset asset,
      Function<PinnedAsset, Entry> entries,
      Priority priority,
      Deadline deadline,
      FillProgress progress) {
    List<ByteRange> all = List.of(asset.info().wholeRange());
    FillProgress now = progress;
    for (int round = 0; round < ROUNDS; round++) {
      filler.fill(asset, entries, all, priority, deadline, now);
      Entry entry = entries.apply(asset);
      if (isReady(asset, entry, deadline)) {
        return;
      }
      verifier.verify(entry, deadline);
      if (isReady(asset, entry, deadline)) {
        return;
      }
      now = FillProgress.NONE; // a damaged grain comes again: no more bytes than were announced
    }
    throw new IoFailure.Disk(
        "Cannot complete "
            + asset
            + " in the cache: its disk gives other bytes back than were written to it; replace it.",
        null);
  }

  /** Whether every grain is here and was checked. */
  boolean isReady(PinnedAsset asset, Entry entry, Deadline deadline) {
    try {
      return placer.isReady(entry, deadline);
    } catch (IOException e) {
      departures.failed(entry.disk, e);
      throw new IoFailure.Disk("Cannot keep " + asset + " in the cache: " + e.getMessage(), e);
    }
  }

  /** Whether every grain is here. */
  boolean isComplete(Entry entry) {
    try (OpenFiles.Use use = open.use(entry, false, new Deadline(System.nanoTime()))) {
      return use != null && use.files().isComplete();
    } catch (IOException e) {
      departures.failed(entry.disk, e);
      return false;
    }
  }

  /** Lays the asset's file into a folder, once it is complete. */
  PlacedFile place(
      PinnedAsset asset,
      Function<PinnedAsset, Entry> entries,
      FolderHandle folder,
      String name,
      Placement cheapest,
      Deadline deadline) {
    for (int round = 0; round < ROUNDS; round++) {
      complete(asset, entries, Priority.DEMAND, deadline, FillProgress.NONE);
      try {
        PlacedFile placed = placer.place(entries.apply(asset), folder, name, cheapest, deadline);
        if (placed != null) {
          return placed;
        }
      } catch (IOException e) {
        throw new IoFailure.Disk(
            "Cannot lay " + asset + " into " + folder + ": " + e.getMessage(), e);
      }
    }
    throw new IoFailure.Disk(
        "Cannot lay " + asset + " into " + folder + ": the cache lost it again and again.", null);
  }
}
