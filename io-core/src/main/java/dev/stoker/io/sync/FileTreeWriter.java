package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.source.file.LocalStamp;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A folder of this machine, kernel mounts included. It keeps everything that a file has. */
final class FileTreeWriter implements TreeWriter {
  private static final int TYPE_MASK = 0xF000;
  private static final int TYPE_FOLDER = 0x4000;
  private static final int TYPE_FILE = 0x8000;
  private static final int TYPE_LINK = 0xA000;
  private static final int MODE_BITS = 07777;

  private final Path root;
  private final FileTarget target;

  FileTreeWriter(Path root) {
    this.root = root;
    this.target = new FileTarget(root);
  }

  @Override
  public boolean keepsLooks() {
    return true;
  }

  @Override
  public boolean keepsEmptyFolders() {
    return true;
  }

  @Override
  public boolean hasLinks() {
    return true;
  }

  @Override
  public List<TreeItem> list(AssetPath folder, Deadline deadline) {
    Path start = local(folder);
    List<TreeItem> items = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(start)) {
      for (Path file : files) {
        if (deadline.hasPassed()) {
          throw new IoFailure.TimedOut("Gave up listing " + start + " at its deadline.");
        }
        TreeItem item = item(file);
        if (item != null) {
          items.add(item);
        }
      }
      return items;
    } catch (DirectoryIteratorException e) {
      throw failure("list", start, e.getCause());
    } catch (IOException e) {
      throw failure("list", start, e);
    }
  }

  /** Null for devices, sockets and what is gone since its folder was read. */
  private static @Nullable TreeItem item(Path file) throws IOException {
    String name = file.getFileName().toString();
    try {
      Map<String, Object> found =
          FileStamps.read(file, "unix:mode,uid,gid," + LocalStamp.ATTRIBUTES);
      int mode = LocalStamp.number(found, "mode").intValue();
      FileLook look =
          new FileLook(
              mode & MODE_BITS,
              LocalStamp.number(found, "uid").intValue(),
              LocalStamp.number(found, "gid").intValue());
      Instant modified = LocalStamp.time(found, "lastModifiedTime").toInstant();
      AssetVersion.FileStamp stamp = LocalStamp.of(found);
      return switch (mode & TYPE_MASK) {
        case TYPE_FOLDER -> new TreeItem(name, TreeItem.Kind.FOLDER, null, 0, modified, look, null);
        case TYPE_FILE ->
            new TreeItem(
                name, TreeItem.Kind.FILE, stamp, stamp.lengthBytes(), modified, look, null);
        case TYPE_LINK ->
            new TreeItem(
                name,
                TreeItem.Kind.LINK,
                stamp,
                0,
                modified,
                look,
                Files.readSymbolicLink(file).toString());
        default -> null;
      };
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public AssetVersion write(
      AssetPath path,
      Path content,
      WriteCondition condition,
      @Nullable FileLook look,
      Deadline deadline) {
    return target.write(localFile(path, content), condition, look, deadline, bytes -> {});
  }

  static LocalFile localFile(AssetPath path, Path content) {
    try {
      return LocalFile.of(path, content);
    } catch (IOException e) {
      throw new IoFailure.Disk("Cannot read " + content + ": " + e.getMessage() + ".", e);
    }
  }

  @Override
  public @Nullable AssetVersion versionIfEqual(AssetPath path, Path content, Deadline deadline) {
    try {
      AssetVersion.FileStamp there = FileStamps.of(local(path));
      return there.lengthBytes() == Files.size(content)
              && Files.mismatch(content, local(path)) < 0
              && FileStamps.of(local(path)).equals(there)
          ? there
          : null;
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw failure("compare", local(path), e);
    }
  }

  @Override
  public void remove(AssetPath path, AssetVersion version, Deadline deadline) {
    try {
      if (Files.exists(local(path), java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
        FileStamps.require(local(path), version);
        Files.deleteIfExists(local(path));
      }
    } catch (IOException e) {
      throw failure("remove", local(path), e);
    }
  }

  @Override
  public AssetVersion rename(
      AssetPath from,
      AssetVersion version,
      AssetPath to,
      WriteCondition replaced,
      Deadline deadline) {
    Path source = local(from);
    Path destination = local(to);
    try {
      FileStamps.require(source, version);
      AssetVersion.FileStamp moved = FileStamps.of(source);
      switch (replaced) {
        case WriteCondition.Anything _ -> {}
        case WriteCondition.Version(AssetVersion there) -> FileStamps.require(destination, there);
        case WriteCondition.Nothing _ -> {
          if (Files.exists(destination, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            throw new IoFailure.Fenced("Cannot rename to " + destination + ": it exists by now.");
          }
        }
      }
      Files.move(source, destination, StandardCopyOption.ATOMIC_MOVE);
      return FileStamps.afterMove(destination, moved);
    } catch (IOException e) {
      throw failure("rename", source, e);
    }
  }

  @Override
  public void makeFolder(AssetPath folder, @Nullable FileLook look, Deadline deadline) {
    try {
      Files.createDirectories(local(folder.parent()));
      try {
        Files.createDirectory(local(folder));
        if (look != null) {
          FileStamps.setLook(local(folder), look);
        }
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(local(folder))) {
          throw e;
        }
      }
    } catch (IOException e) {
      throw failure("make the folder", local(folder), e);
    }
  }

  @Override
  public boolean removeFolder(AssetPath folder, Deadline deadline) {
    try {
      Files.deleteIfExists(local(folder));
      return true;
    } catch (DirectoryNotEmptyException e) {
      return false;
    } catch (IOException e) {
      throw failure("remove", local(folder), e);
    }
  }

  @Override
  public Map<AssetPath, AssetVersion> renameFolder(
      AssetPath from, AssetPath to, Deadline deadline) {
    try {
      Files.createDirectories(local(to.parent()));
      Files.move(local(from), local(to), StandardCopyOption.ATOMIC_MOVE);
      return Map.of();
    } catch (IOException e) {
      throw failure("rename", local(from), e);
    }
  }

  @Override
  public AssetVersion makeLink(AssetPath path, String to, Deadline deadline) {
    try {
      Files.createSymbolicLink(local(path), Path.of(to));
      return FileStamps.of(local(path));
    } catch (IOException e) {
      throw failure("make the link", local(path), e);
    }
  }

  @Override
  public @Nullable AssetVersion change(
      AssetPath path,
      @Nullable AssetVersion version,
      @Nullable FileLook look,
      @Nullable Instant modified,
      Deadline deadline) {
    Path file = local(path);
    try {
      if (version != null) {
        FileStamps.require(file, version);
      }
      if (look != null) {
        FileStamps.setLook(file, look);
      }
      if (modified != null) {
        Files.setLastModifiedTime(file, FileTime.from(modified));
      }
      return version == null ? null : FileStamps.of(file);
    } catch (IOException e) {
      throw failure("change", file, e);
    }
  }

  @Override
  public void close() {
    target.close();
  }

  private Path local(AssetPath path) {
    return path.isRoot() ? root : root.resolve(path.value());
  }

  private static IoFailure failure(String verb, Path file, @Nullable IOException e) {
    String cannot = "Cannot " + verb + " " + file + ": ";
    return switch (e) {
      case NoSuchFileException _, NotDirectoryException _ ->
          new IoFailure.NotFound(cannot + "there is no such file.");
      case AccessDeniedException _ -> new IoFailure.Denied(cannot + "this user may not.");
      case FileAlreadyExistsException _ -> new IoFailure.Fenced(cannot + "it exists by now.");
      case null, default -> new IoFailure.Unavailable(cannot + e + ".", e);
    };
  }
}
