package org.spanmatch.activations.npy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipException;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.ActivationFile.UnusableEntry;
import org.spanmatch.activations.format.ActivationFormat;
import org.spanmatch.activations.format.ForeignFormat;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.storage.FileStamp;
import org.spanmatch.activations.storage.ZipDirectory;
import org.spanmatch.activations.storage.ZipEntryBytes;

/** An archive of arrays as {@code numpy.savez} and {@code numpy.savez_compressed} write it. */
public final class NpzFormat implements ActivationFormat {
  private static final NpyFormat ENTRIES = new NpyFormat();

  /** Creates the format. */
  public NpzFormat() {}

  @Override
  public List<String> suffixes() {
    return List.of(".npz");
  }

  @Override
  public boolean recognises(Path file, byte[] start) {
    return start.length >= 2 && start[0] == 'P' && start[1] == 'K';
  }

  @Override
  public Content open(Path file) throws IOException {
    List<ZipEntryBytes> entries;
    try {
      entries = ZipDirectory.read(file);
    } catch (ZipException e) {
      throw new ActivationsException(
          "it is not a readable .npz (zip) archive: " + e.getMessage(), e);
    }
    ActivationFile.requireFewEnough(entries.size());
    ZipDirectory.requireNoOverlap(entries, Files.size(file));
    List<StoredArray> arrays = new ArrayList<>();
    List<UnusableEntry> unusable = new ArrayList<>();
    FileStamp stamp = FileStamp.of(file);
    Set<String> names = new HashSet<>();
    for (ZipEntryBytes entry : entries) {
      if (entry.isFolder()) {
        continue;
      }
      String name = ENTRIES.layerName(entry.entry());
      try {
        if (entry.problem().isPresent()) {
          throw new ActivationsException(entry.problem().get());
        }
        arrays.add(NpyArray.open(stamp, name, entry));
      } catch (ActivationsException e) {
        unusable.add(new UnusableEntry(file, entry.entry(), name, e.getMessage()));
        continue;
      }
      if (!names.add(name)) {
        throw new ActivationsException(
            "two entries of the archive have the name '" + entry.entry() + "'");
      }
    }
    if (arrays.isEmpty()) {
      Optional<ForeignFormat> foreign = ForeignFormat.of(file, entries);
      if (foreign.isPresent()) {
        throw new ActivationsException(foreign.get().reason());
      }
      if (unusable.stream().noneMatch(UnusableEntry::isNamedAsArray)) {
        throw new ActivationsException("the archive holds no .npy arrays");
      }
    }
    return new Content(arrays, unusable, false);
  }
}
