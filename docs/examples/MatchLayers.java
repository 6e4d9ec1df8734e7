import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MaximumMatch;

/** Prints the maximum matches of the layers that two activation files have in common. */
public class MatchLayers {
  public static void main(String[] args) {
    ActivationFile first = ActivationFile.open(Path.of(args[0]));
    ActivationFile second = ActivationFile.open(Path.of(args[1]));
    LayerPairs<?> layers = LayerPairs.of(first, second, name -> true, List.of());
    try (ProjectionKernel kernel = Kernels.open(Kernels.AUTO, KernelOptions.defaults())) {
      for (LayerPair layer : layers.pairs()) {
        try (ProjectionTable table = layer.table(kernel, GramOptions.defaults())) {
          for (Match match : MaximumMatch.find(table, 0.5, 0.3)) {
            System.out.printf(
                Locale.ROOT,
                "%s, epsilon %.1f: %d + %d neurons match, similarity %.4f%n",
                layer.name(),
                match.epsilon(),
                match.x().size(),
                match.y().size(),
                match.similarity());
          }
        }
      }
    }
  }
}
