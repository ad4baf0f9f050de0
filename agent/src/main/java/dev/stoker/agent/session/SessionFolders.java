package dev.stoker.agent.session;

import dev.stoker.agent.launch.FolderTree;
import dev.stoker.agent.launch.SessionBinding.JobUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The folders of one session.
 *
 * <p>The top belongs to the agent, so that a job cannot swap a folder for a link and make the agent
 * write elsewhere; nobody but the agent and the job's user gets through it. {@code work} and {@code
 * out} are the job's.
 *
 * @param root the session's own folder
 * @param user whose job it is; null where jobs run as the agent's user
 */
public record SessionFolders(Path root, @Nullable JobUser user) {

  /** Makes them. */
  public static SessionFolders create(Path root, @Nullable JobUser user) throws IOException {
    SessionFolders folders = new SessionFolders(root, user);
    Files.createDirectories(root);
    if (user == null) {
      permit(root, "rwx------");
    } else {
      // The job's group may pass through and see what its user may see; others may not.
      Files.setAttribute(root, "unix:gid", user.gid());
      permit(root, "rwx--x---");
    }
    for (Path folder : new Path[] {folders.assets(), folders.files()}) {
      Files.createDirectory(folder);
      permit(folder, "rwxr-xr-x");
    }
    for (Path folder : new Path[] {folders.work(), folders.out()}) {
      Files.createDirectory(folder);
      folders.give(folder);
      permit(folder, "rwx------");
    }
    return folders;
  }

  /** Where inputs are staged: {@code assets/NAME} for each location. */
  public Path assets() {
    return root.resolve("assets");
  }

  /** Where outputs are expected: {@code out/NAME} for each location. */
  public Path out() {
    return root.resolve("out");
  }

  /** OpenJD's working directory. */
  public Path work() {
    return root.resolve("work");
  }

  /** Embedded files and the path mapping rules; only the agent writes there. */
  Path files() {
    return root.resolve("files");
  }

  /** Makes a folder of the job's, and those above it up to {@link #out}. */
  public void makeOut(Path folder) throws IOException {
    if (!folder.startsWith(out())) {
      throw new IllegalArgumentException(folder + " is not below " + out());
    }
    Path at = out();
    for (Path name : out().relativize(folder)) {
      at = at.resolve(name);
      if (!Files.isDirectory(at)) {
        Files.createDirectory(at);
        give(at);
      }
    }
  }

  /** Puts a whole text file in place of whatever has that name, link or not. */
  void write(Path file, String text, boolean runnable) throws IOException {
    Path part = files().resolve(".part");
    Files.deleteIfExists(part);
    Files.write(part, text.getBytes(StandardCharsets.UTF_8));
    permit(part, runnable ? "rwx------" : "rw-------");
    give(part);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Takes all of it away. */
  public void delete() throws IOException {
    FolderTree.delete(root);
  }

  /** Makes the job's user the owner of what the agent made for it. */
  public void give(Path path) throws IOException {
    if (user != null) {
      Files.setAttribute(path, "unix:gid", user.gid());
      Files.setAttribute(path, "unix:uid", user.uid());
    }
  }

  private static void permit(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }
}
