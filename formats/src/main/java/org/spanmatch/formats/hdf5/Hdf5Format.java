package org.spanmatch.formats.hdf5;

import io.jhdf.ObjectHeader;
import io.jhdf.object.message.DataSpaceMessage;
import io.jhdf.object.message.DataTypeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.ActivationFile.UnusableEntry;
import org.spanmatch.activations.format.ActivationFormat;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.storage.FileStamp;

/**
 * HDF5 files, as h5py, Keras, PyTables and MATLAB 7.3 write them. A dataset is a layer with its
 * path as the name, such as {@code block1/conv}.
 *
 * <p>Values may be contiguous, compact or in chunks, compressed by gzip, shuffle and lzf or not,
 * with checksums or not. Links to other places, virtual datasets, those with values in other files,
 * and those compressed in another way are listed as unusable, each with the reason. Arrays of
 * MATLAB have the shape that they have there.
 */
public final class Hdf5Format implements ActivationFormat {
  /** Creates the format. */
  public Hdf5Format() {}

  @Override
  public List<String> suffixes() {
    return List.of(".h5", ".hdf5", ".hdf", ".he5", ".mat");
  }

  @Override
  public boolean recognises(Path file, byte[] start) {
    return Signature.in(start).isPresent();
  }

  @Override
  public Content open(Path file) throws IOException {
    FileStamp stamp = FileStamp.of(file);
    boolean matlab;
    try (InputStream in = Files.newInputStream(file)) {
      matlab = Matlab.wrote(in.readNBytes(START_BYTES));
    }
    try (Structures structures = Structures.open(file)) {
      Walk walk = new Walk(structures, new Datasets(structures, stamp, matlab), file, matlab);
      walk.add("", structures.root());
      if (walk.arrays.isEmpty() && walk.unusable.isEmpty()) {
        throw new ActivationsException("it holds no datasets");
      }
      return new Content(walk.arrays, walk.unusable, false);
    }
  }

  /** Collects what the groups of a file hold. */
  private static final class Walk {
    private static final int MOST_DEPTH = 100;

    private final Structures structures;
    private final Datasets datasets;
    private final Path file;
    private final boolean matlab;
    private final Set<Long> groups = new HashSet<>(); // their addresses
    private final Set<String> names = new HashSet<>();
    private final List<StoredArray> arrays = new ArrayList<>();
    private final List<UnusableEntry> unusable = new ArrayList<>();

    Walk(Structures structures, Datasets datasets, Path file, boolean matlab) {
      this.structures = structures;
      this.datasets = datasets;
      this.file = file;
      this.matlab = matlab;
    }

    /** Adds an object, and if it is a group what it holds. */
    void add(String path, long address) throws IOException {
      try {
        ObjectHeader header =
            Structures.read(() -> ObjectHeader.readObjectHeader(structures, address));
        if (header.hasMessageOfType(DataSpaceMessage.class)) {
          arrays.add(Structures.read(() -> datasets.array(path, header)));
        } else if (Links.areIn(header)) {
          if (!groups.add(address)) {
            throw new ActivationsException("it is a group that has another name too");
          }
          addAll(path, Structures.read(() -> Links.of(structures, header)));
        } else if (!header.hasMessageOfType(DataTypeMessage.class)) { // a named type is no entry
          throw new ActivationsException("it is neither a group nor a dataset");
        }
      } catch (ActivationsException e) {
        if (path.isEmpty()) {
          throw e;
        }
        addUnusable(path, e.getMessage());
      }
      ActivationFile.requireFewEnough(arrays.size() + unusable.size());
    }

    private void addAll(String path, List<Links.Link> links) throws IOException {
      if (path.chars().filter(character -> character == '/').count() >= MOST_DEPTH) {
        throw new ActivationsException("its groups lie in each other more than 100 deep");
      }
      ActivationFile.requireFewEnough(groups.size() + arrays.size() + links.size());
      for (Links.Link link : links) {
        // The contents of cells, and of objects.
        if (matlab && path.isEmpty() && link.name().startsWith("#")) {
          continue;
        }
        String name = path.isEmpty() ? link.name() : path + "/" + link.name();
        if (!names.add(name)) {
          addUnusable(name, "another object has its name");
        } else if (link.elsewhere().isPresent()) {
          addUnusable(
              name, "it is a link to " + link.elsewhere().get() + ", and links are not followed");
        } else {
          add(name, link.address());
        }
      }
    }

    private void addUnusable(String name, String reason) {
      unusable.add(new UnusableEntry(file, name, name, reason));
    }
  }
}
