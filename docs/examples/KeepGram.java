import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramFile;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.match.MatchSpectrum;

/** Adds up two shards of a test set apart, keeps what came of it, and matches their sum. */
public class KeepGram {
  public static void main(String[] args) throws IOException {
    Path folder = args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("grams");
    try (ProjectionKernel kernel = Kernels.open(Kernels.AUTO, KernelOptions.defaults())) {
      // Two networks on three samples, and on three others. Rows are samples, columns are neurons.
      keep(
          kernel,
          Layers.of("fc", new double[][] {{3, 1}, {0, 1}, {0, 0}}),
          Layers.of("fc", new double[][] {{1}, {0}, {0}}),
          folder.resolve("monday.gram.npz"));
      keep(
          kernel,
          Layers.of("fc", new double[][] {{0, 2}, {6, 0}, {0, 0}}),
          Layers.of("fc", new double[][] {{0}, {2}, {0}}),
          folder.resolve("tuesday.gram.npz"));

      // The samples themselves are not needed any more.
      Gram monday = GramFile.read(folder.resolve("monday.gram.npz")).get(0);
      Gram tuesday = GramFile.read(folder.resolve("tuesday.gram.npz")).get(0);
      Gram both = monday.plus(tuesday);
      System.out.println(both);
      try (ProjectionTable table = kernel.table(both, 0, 1)) {
        System.out.println(MaximumMatch.of(table, 0.3));
        System.out.println(MatchSpectrum.of(table));
      }
    }
  }

  /** Adds up two layers, positions 0 and 1 of the Gram matrix, and stores it. */
  private static void keep(ProjectionKernel kernel, Layer x, Layer y, Path file)
      throws IOException {
    Gram gram = kernel.gram(List.of(x, y), GramPair.all(2), GramOptions.defaults());
    GramFile.write(List.of(gram), file);
  }
}
