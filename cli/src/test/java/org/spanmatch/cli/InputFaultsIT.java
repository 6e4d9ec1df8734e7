package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.cli.RealCommand.Outcome;

/** A file that changes while it is read gives an error, or the result of one of its contents. */
@EnabledOnOs(OS.LINUX)
class InputFaultsIT {
  private static final int SAMPLES = 40_000;
  private static final int NEURONS = 64;
  private static final int PATIENCE_SECONDS = 60;

  // About what passes from the header to the end of the values; later changes do no harm.
  private static final double READ_SECONDS = 1;

  private static final List<byte[]> ARRAYS = Stream.of(1, 2, 3).map(seed -> array(seed)).toList();

  private static Faults faults;
  private static Path other;

  /** How the array is stored; the transposed one is not read front to back. */
  enum Form {
    NPY,
    NPY_TRANSPOSED,
    NPZ_STORED,
    NPZ_DEFLATED;

    /** The bytes of a file that holds the values of a seed. */
    void write(Path file, int seed) throws IOException {
      byte[] npy = ARRAYS.get(seed).clone();
      if (this == NPY_TRANSPOSED) {
        replace(npy, "False", " True");
      }
      if (this == NPY || this == NPY_TRANSPOSED) {
        Files.write(file, npy);
        return;
      }
      try (OutputStream out = Files.newOutputStream(file);
          ZipOutputStream zip = new ZipOutputStream(out)) {
        ZipEntry entry = new ZipEntry("fc.npy");
        if (this == NPZ_STORED) {
          CRC32 crc = new CRC32();
          crc.update(npy);
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(npy.length);
          entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(npy);
      }
    }

    private static void replace(byte[] bytes, String from, String to) {
      for (int i = 0; i < 100; i++) {
        if (new String(bytes, i, from.length(), StandardCharsets.US_ASCII).equals(from)) {
          ByteBuffer.wrap(bytes).position(i).put(to.getBytes(StandardCharsets.US_ASCII));
          return;
        }
      }
    }

    String suffix() {
      return this == NPY || this == NPY_TRANSPOSED ? ".npy" : ".npz";
    }
  }

  /** What becomes of it. */
  enum Change {
    CUT,
    OVERWRITTEN,
    REMOVED,
    REPLACED;

    void make(Path file, Path newer) throws IOException {
      switch (this) {
        case CUT -> {
          try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.setLength(open.length() / 2);
          }
        }
        case OVERWRITTEN -> {
          byte[] content = Files.readAllBytes(newer);
          try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.write(content);
            open.setLength(content.length);
          }
        }
        case REMOVED -> Files.delete(file);
        default -> Files.move(newer, file, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  @BeforeAll
  static void start() throws IOException {
    faults = new Faults(InputFaultsIT.class);
    other = faults.folder().resolve("fc.npy");
    Form.NPY.write(other, 2);
  }

  @AfterAll
  static void report() throws IOException {
    faults.report();
  }

  private static byte[] array(int seed) {
    byte[] data = TestFiles.floats(TestFiles.relu(SAMPLES * NEURONS, seed));
    return TestFiles.npy("'<f4'", "(" + SAMPLES + ", " + NEURONS + ")", data);
  }

  private static Object[] distances(Path file) {
    return new Object[] {"distances", file, other, "--quiet"};
  }

  /** Stopped at a random moment since it first opened the file; the file changes; it goes on. */
  @ParameterizedTest
  @EnumSource(Form.class)
  void aFileThatChangesIsNeverMixed(Form form) throws Exception {
    Path folder = faults.newFolder();
    // Of one name, as that of a single array is its layer's.
    Path old = folder.resolve("fc" + form.suffix());
    form.write(old, 0);
    Path newer = Files.createDirectory(folder.resolve("newer")).resolve("fc" + form.suffix());
    form.write(newer, 1);
    Random random = new Random(form.name().hashCode());
    int refused = 0;
    for (int run = 0; Faults.another(run, 4, refused); run++) {
      Change change = Change.values()[run % 4];
      // The first between the header and the values, most of the others while these are read.
      double after = run == 0 ? 0 : Math.pow(random.nextDouble(), 3) * READ_SECONDS;
      refused += changed(form, change, after, old, newer);
    }
    assertNotEquals(0, refused, "no change was met while the file was read");
  }

  private int changed(Form form, Change change, double after, Path old, Path newer)
      throws Exception {
    Path folder = faults.newFolder();
    Path file = Files.copy(old, folder.resolve("fc" + form.suffix()));
    Path spare = Files.copy(newer, folder.resolve("spare"));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        Faults.command(distances(file))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    while (process.isAlive() && !isOpen(process, file)) {
      Thread.sleep(1);
    }
    process.waitFor(Math.round(after * 1e9), TimeUnit.NANOSECONDS);
    Signals.send("STOP", Long.toString(process.pid()));
    change.make(file, spare);
    Signals.send("CONT", Long.toString(process.pid()));
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "still running");
    Outcome outcome =
        new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    String what = form + " " + change + ": ";
    if (outcome.exitCode() == 0) {
      boolean isOld = outcome.out().equals(result(old));
      assertTrue(
          isOld || outcome.out().equals(result(newer)),
          () -> what + "a result of neither content: " + folder);
      faults.count(what + "the result of the " + (isOld ? "old" : "new") + " content");
      return 0;
    }
    Faults.assertFails(3, outcome, file);
    assertEquals("", outcome.out());
    String sentence = Faults.messages(outcome).get(0);
    faults.count(what + "exit 3, " + sentence.substring(sentence.lastIndexOf(": ") + 2));
    return 1;
  }

  private static String result(Path unchanged) {
    Outcome outcome = RealCommand.finish(Faults.command(distances(unchanged)));
    assertEquals(0, outcome.exitCode(), outcome.err());
    return outcome.out();
  }

  /** Whether a process has a file open. */
  private static boolean isOpen(Process process, Path file) {
    Path descriptors = Path.of("/proc", Long.toString(process.pid()), "fd");
    try (Stream<Path> open = Files.list(descriptors)) {
      return open.anyMatch(descriptor -> leadsTo(descriptor, file));
    } catch (IOException | UncheckedIOException e) {
      return false; // it has ended, or is about to
    }
  }

  private static boolean leadsTo(Path descriptor, Path file) {
    try {
      return Files.readSymbolicLink(descriptor).equals(file);
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }
}
