package org.spanmatch.kernel.cuda.loading;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the driver and cuBLAS; loads nothing.
 *
 * <p>The driver is the first one in folder order. cuBLAS is searched for among the folders of
 * {@code -Dspanmatch.cuda.libraryPath}, then those of {@code LD_LIBRARY_PATH}, then all others
 * together, and in each set release 12 comes before 13. So a cuBLAS 13 is used only if the user
 * pointed to it or there is no other: 12 runs with drivers of CUDA 12 and of CUDA 13, and JCuda
 * calls it directly.
 */
final class LibrarySearch {
  /** The largest number of folders named in a message. */
  private static final int NAMED_FOLDERS = 8;

  private final LibraryNames names;
  private final LibraryFolders folders;

  LibrarySearch(LibraryNames names, LibraryFolders folders) {
    this.names = names;
    this.folders = folders;
  }

  /**
   * A cuBLAS library that was found.
   *
   * @param light the cuBLASLt beside it, if any, which must be loaded first
   * @param forwarded whether JCuda reaches it only through our own forwarding library
   */
  record Cublas(Path library, Optional<Path> light, boolean forwarded) {}

  /** Rejects an explicit path without libraries: ignoring it would silently use another library. */
  void checkExplicitFolders() throws CudaUnavailableException {
    for (Path folder : folders.explicit()) {
      String problem = null;
      if (!Files.isDirectory(folder)) {
        problem = "is not a folder";
      } else if (names.files().stream().noneMatch(name -> isLibrary(folder.resolve(name)))) {
        problem =
            "has none of "
                + String.join(", ", names.files())
                + useless(List.of(folder), names.files()).map(file -> ": " + file).orElse("");
      }
      if (problem != null) {
        throw new CudaUnavailableException(
            "-D" + LibraryFolders.PROPERTY + " names " + folder + ", which " + problem,
            "name a folder with NVIDIA's libraries, or leave the property out");
      }
    }
  }

  Path driver() throws CudaUnavailableException {
    List<Path> places =
        Stream.of(folders.explicit(), folders.linker(), folders.driver())
            .flatMap(List::stream)
            .distinct()
            .toList();
    return find(places, names.driver()).orElseThrow(() -> noDriver(places));
  }

  private CudaUnavailableException noDriver(List<Path> places) {
    Optional<String> useless = useless(places, List.of(names.driver()));
    return useless
        .map(
            file ->
                new CudaUnavailableException(
                    "no NVIDIA driver: " + file,
                    "install the NVIDIA driver again or, in a container, start it with access to the"
                        + " GPU (docker run --gpus all), which puts the driver in this place"))
        .orElseGet(
            () ->
                new CudaUnavailableException(
                    "no NVIDIA driver: " + names.driver() + " was not found; " + lookedIn(places),
                    "install the NVIDIA driver"));
  }

  Cublas cublas() throws CudaUnavailableException {
    List<List<Path>> groups = List.of(folders.explicit(), folders.linker(), folders.cublas());
    for (List<Path> group : groups) {
      for (LibraryNames.Cublas release : names.cublas()) {
        Optional<Path> library = find(group, release.library());
        if (library.isPresent()) {
          Path light = library.get().resolveSibling(release.light());
          return new Cublas(
              library.get(),
              Optional.of(light).filter(LibrarySearch::isLibrary),
              release.forwarded());
        }
      }
    }
    List<Path> places = groups.stream().flatMap(List::stream).distinct().toList();
    List<String> files = names.cublas().stream().map(LibraryNames.Cublas::library).toList();
    throw new CudaUnavailableException(
        "no cuBLAS: "
            + useless(places, files)
                .orElseGet(
                    () -> String.join(" or ", files) + " was not found; " + lookedIn(places)),
        "install the CUDA toolkit or 'pip install nvidia-cublas-cu12', or name the folder of cuBLAS"
            + " with -D"
            + LibraryFolders.PROPERTY);
  }

  private static Optional<Path> find(List<Path> folders, String name) {
    return folders.stream()
        .map(folder -> folder.resolve(name))
        .filter(LibrarySearch::isLibrary)
        .findFirst();
  }

  /** Returns what is wrong with the first file that has one of the names but is no library. */
  private static Optional<String> useless(List<Path> folders, List<String> names) {
    return folders.stream()
        .flatMap(folder -> names.stream().map(folder::resolve))
        .filter(file -> Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !isLibrary(file))
        .findFirst()
        .map(file -> file + " " + problem(file));
  }

  private static String problem(Path file) {
    if (Files.isRegularFile(file)) {
      return "is empty (0 bytes)";
    }
    return Files.exists(file) ? "is no file" : "is a link to a file that does not exist";
  }

  /** Whether a path is a nonempty file: containers have empty ones to mount over. */
  private static boolean isLibrary(Path file) {
    try {
      return Files.isRegularFile(file) && Files.size(file) > 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static String lookedIn(List<Path> places) {
    // Existing folders tell a reader more than all possible ones.
    List<Path> there = places.stream().filter(Files::isDirectory).toList();
    List<Path> named = there.isEmpty() ? places : there;
    String more =
        named.size() > NAMED_FOLDERS
            ? " and " + (named.size() - NAMED_FOLDERS) + " more folders"
            : "";
    return named.stream()
        .limit(NAMED_FOLDERS)
        .map(Path::toString)
        .collect(Collectors.joining(", ", "looked in ", more));
  }
}
