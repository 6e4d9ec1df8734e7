package org.spanmatch.activations.format;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile.UnusableEntry;

/** Concatenates the arrays of several files by name. */
final class FileParts {
  private final Path path;
  private final List<ActivationFile> files;
  private final Collection<Layout> layouts;
  private final List<StoredArray> arrays = new ArrayList<>();
  private final List<UnusableEntry> unusable = new ArrayList<>();

  private FileParts(Path path, List<ActivationFile> files, Collection<Layout> layouts) {
    this.path = path;
    this.files = files;
    this.layouts = layouts;
  }

  /** See {@link ActivationFile#concatenated}. */
  static ActivationFile concatenated(
      Path path, List<ActivationFile> files, Collection<Layout> layouts) {
    if (files.stream().allMatch(ActivationFile::isSingleArray)) {
      List<StoredArray> lone = files.stream().map(file -> file.arrays().get(0)).toList();
      StoredArray all =
          ConcatenatedArray.of(
              files.get(0).layerName(path.getFileName().toString()), lone, layouts);
      return new ActivationFile(path, true, List.of(all), List.of(), List.of());
    }
    for (ActivationFile file : files) {
      if (file.isSingleArray()) {
        throw new ActivationsException(
            file.path() + ": it is a single array, but other files of " + path + " have names");
      }
    }
    FileParts parts = new FileParts(path, files, layouts);
    parts.addAll();
    List<String> inParts =
        files.stream().flatMap(file -> file.inParts().stream()).distinct().toList();
    return new ActivationFile(path, false, parts.arrays, parts.unusable, inParts);
  }

  private void addAll() {
    Set<String> names = new LinkedHashSet<>();
    Map<String, UnusableEntry> bad = new LinkedHashMap<>();
    List<Map<String, StoredArray>> byName = new ArrayList<>();
    for (ActivationFile file : files) {
      Map<String, StoredArray> arraysOfFile = new HashMap<>();
      file.arrays().forEach(array -> arraysOfFile.put(array.name(), array));
      byName.add(arraysOfFile);
      file.arrays().forEach(array -> names.add(array.name()));
      file.unusable().forEach(entry -> bad.putIfAbsent(entry.name(), entry));
    }
    for (String name : names) {
      Optional<UnusableEntry> problem = Optional.ofNullable(bad.remove(name));
      List<Optional<StoredArray>> parts =
          byName.stream().map(each -> Optional.ofNullable(each.get(name))).toList();
      StoredArray first = parts.stream().flatMap(Optional::stream).findFirst().orElseThrow();
      try {
        problem.ifPresent(
            entry -> {
              throw entry.exception();
            });
        arrays.add(ConcatenatedArray.of(name, required(name, parts), layouts));
      } catch (ActivationsException e) {
        arrays.add(new RefusedArray(name, first, e));
      }
    }
    unusable.addAll(bad.values());
  }

  private List<StoredArray> required(String name, List<Optional<StoredArray>> parts) {
    List<StoredArray> all = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).isEmpty()) {
        throw new ActivationsException(
            files.get(i).path()
                + ": the array '"
                + name
                + "' is missing, which other files of "
                + path
                + " have");
      }
      all.add(parts.get(i).get());
    }
    return all;
  }
}
