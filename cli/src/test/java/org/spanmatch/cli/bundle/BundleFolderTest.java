package org.spanmatch.cli.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleFolderTest {
  @TempDir Path folder;
  private Path target;

  @BeforeEach
  void name() {
    target = folder.resolve("bundle");
  }

  private void make(String content) throws IOException {
    try (BundleFolder bundle = new BundleFolder(target)) {
      Files.writeString(bundle.path().resolve(BundleFolder.MARK), content);
      Files.writeString(Files.createDirectory(bundle.path().resolve("app")).resolve("a"), "b");
      bundle.finish();
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void replacesAnEarlierBundle() throws IOException {
    make("first");
    Files.writeString(target.resolve("old"), "");
    make("second");
    assertEquals("second", Files.readString(target.resolve(BundleFolder.MARK)));
    assertFalse(Files.exists(target.resolve("old")));
    assertEquals(List.of("bundle"), names());
    assertEquals("second".length() + 1, BundleFolder.bytes(target));
  }

  @Test
  void takesAnEmptyFolder() throws IOException {
    Files.createDirectory(target);
    make("first");
    assertTrue(BundleFolder.isBundle(target));
  }

  @Test
  void refusesOtherFoldersAndFiles() throws IOException {
    Path file = Files.writeString(Files.createDirectory(target).resolve("thesis.txt"), "mine");
    BundleException e = assertThrows(BundleException.class, () -> new BundleFolder(target));
    assertEquals(
        target + " is not empty, and no earlier bundle; name another folder with --out",
        e.getMessage());
    BundleException f = assertThrows(BundleException.class, () -> new BundleFolder(file));
    assertEquals(file + " is a file, not a folder", f.getMessage());
    assertEquals("mine", Files.readString(file));
  }

  @Test
  void leavesNothingOfOneThatWasNotFinished() throws IOException {
    try (BundleFolder bundle = new BundleFolder(target)) {
      Files.writeString(bundle.path().resolve("half"), "");
    }
    assertEquals(List.of(), names());
  }
}
