package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.RpcCall;
import dev.stoker.io.net.XdrReader;
import dev.stoker.io.net.XdrWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one folder with READDIRPLUS, or with READDIR and lookups where a server lacks that. Each
 * name is told once, also when the server loses its place and reading begins anew. Blocks.
 */
final class FolderPages {
  private static final System.Logger LOG = System.getLogger(FolderPages.class.getName());

  /** Names alone, without attributes, as a part of a page. */
  private static final int NAME_BYTES = 8 << 10;

  private static final int MAX_NAME_BYTES = 4_096;
  private static final int MAX_RESTARTS = 3;

  private final NfsVolume volume;
  private final Deadline deadline;
  private final String doing;

  /**
   * One name in a folder.
   *
   * @param node links resolved, if that was asked for
   */
  record Entry(String name, NfsNode node) {}

  /** As a server tells it; what is null it did not. */
  record Raw(String name, @Nullable NfsHandle handle, @Nullable NfsAttributes attributes) {}

  record RawPage(List<Raw> entries, long cookie, long verifier, boolean atEnd) {}

  FolderPages(NfsVolume volume, Deadline deadline, String doing) {
    this.volume = volume;
    this.deadline = deadline;
    this.doing = doing;
  }

  /**
   * @param follow whether links are told as what they lead to; those that lead nowhere or out of
   *     the export are left out then
   */
  void read(AssetPath folder, boolean follow, Consumer<List<Entry>> each) {
    Set<String> told = new HashSet<>();
    int[] restarts = {0};
    volume.anywhere(
        deadline,
        doing,
        (branch, again) -> {
          while (!readAt(branch, folder, follow, told, each)) {
            if (++restarts[0] > MAX_RESTARTS) {
              throw new IoFailure.Unavailable(
                  "Cannot " + doing + ": the server keeps losing its place in the folder.", null);
            }
          }
          return true;
        });
  }

  /** False when the server lost its place. */
  private boolean readAt(
      Branch branch,
      AssetPath folder,
      boolean follow,
      Set<String> told,
      Consumer<List<Entry>> each) {
    NfsNode node = new PathWalk(volume, branch, deadline, doing).find(folder, true);
    long cookie = 0;
    long verifier = 0;
    boolean plus = true;
    while (true) {
      NfsReply reply = page(node, cookie, verifier, plus);
      if (plus && reply.status() == NfsStatus.NOTSUPP) {
        plus = false;
        continue;
      }
      if (reply.status() == NfsStatus.BAD_COOKIE) {
        return false;
      }
      if (reply.status() == NfsStatus.STALE) {
        volume.files().forget(branch, folder);
      }
      RawPage page;
      try {
        page = parse(reply.orThrow(doing), cookie, plus);
      } catch (XdrReader.BadXdrException e) {
        throw Branch.corrupt(doing, e);
      }
      List<Entry> entries = new ArrayList<>(page.entries.size());
      for (Raw raw : page.entries) {
        Entry entry = told.add(raw.name) ? entry(branch, folder, raw, follow) : null;
        if (entry != null) {
          entries.add(entry);
        }
      }
      each.accept(entries);
      if (page.atEnd) {
        return true;
      }
      if (page.entries.isEmpty() && page.cookie == cookie) {
        throw new IoFailure.Corrupt(
            "Cannot " + doing + ": the server sends empty pages that do not end.");
      }
      cookie = page.cookie;
      verifier = page.verifier;
    }
  }

  private NfsReply page(NfsNode folder, long cookie, long verifier, boolean plus) {
    Branch branch = folder.branch();
    int bytes = branch.sizes().listBytes();
    XdrWriter arguments =
        new XdrWriter().putOpaque(folder.handle().bytes()).putLong(cookie).putLong(verifier);
    if (plus) {
      arguments.putInt(Math.max(NAME_BYTES, bytes / 8));
    }
    arguments.putInt(bytes);
    RpcCall call =
        RpcCall.of(
                plus ? Nfs3.READDIRPLUS : Nfs3.READDIR,
                branch.credential(),
                arguments,
                deadline,
                doing)
            .withMaxReplyBytes(2 * bytes + (64 << 10));
    return branch.call(call, deadline);
  }

  /** Takes a page apart. */
  RawPage parse(XdrReader in, long before, boolean plus) {
    NfsAttributes.readOptional(in);
    long verifier = in.getLong();
    List<Raw> entries = new ArrayList<>();
    long cookie = before;
    while (in.getBoolean()) {
      in.skip(8); // file id, which the attributes have too
      byte[] name = in.getOpaque(MAX_NAME_BYTES);
      cookie = in.getLong();
      NfsAttributes attributes = null;
      NfsHandle handle = null;
      if (plus) {
        attributes = NfsAttributes.readOptional(in);
        handle = in.getBoolean() ? new NfsHandle(in.getOpaque(NfsHandle.MAX_BYTES)) : null;
      }
      String text = text(name);
      if (text != null) {
        entries.add(new Raw(text, handle, attributes));
      }
    }
    return new RawPage(entries, cookie, verifier, in.getBoolean());
  }

  /** Null for {@code .} and {@code ..}, and what no path of ours can name. */
  private @Nullable String text(byte[] name) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
      if (AssetPath.isName(text)) {
        return text;
      }
      if (text.equals(".") || text.equals("..")) {
        return null;
      }
    } catch (CharacterCodingException e) {
      // No UTF-8: nobody could ask for it by its name.
    }
    LOG.log(
        System.Logger.Level.WARNING,
        () ->
            "Skipped a file while trying to "
                + doing
                + ": its name is no UTF-8 ("
                + new String(name, StandardCharsets.ISO_8859_1)
                + ").");
    return null;
  }

  private @Nullable Entry entry(Branch branch, AssetPath folder, Raw raw, boolean follow) {
    AssetPath path = folder.resolve(new AssetPath(raw.name));
    NfsAttributes attributes = raw.attributes;
    if (raw.handle != null && attributes != null && !(follow && attributes.isLink())) {
      volume.files().put(branch, path, raw.handle, attributes);
      return new Entry(raw.name, new NfsNode(branch, raw.handle, attributes));
    }
    try {
      return new Entry(raw.name, new PathWalk(volume, branch, deadline, doing).find(path, follow));
    } catch (IoFailure.NotFound | IoFailure.Denied leadsNowhere) {
      return null;
    }
  }
}
