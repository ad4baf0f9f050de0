package dev.stoker.openjd.param;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a submitter's window should offer a parameter. Hints only; nothing else depends on them. */
public record UserInterface(
    @Nullable String control,
    @Nullable String label,
    @Nullable String groupLabel,
    List<FileFilter> fileFilters,
    @Nullable FileFilter fileFilterDefault,
    @Nullable String singleStepDelta,
    @Nullable String decimals) {
  public UserInterface {
    fileFilters = List.copyOf(fileFilters);
  }

  /** One line of a file dialog's list of file types. */
  public record FileFilter(String label, List<String> patterns) {
    public FileFilter {
      patterns = List.copyOf(patterns);
    }
  }
}
