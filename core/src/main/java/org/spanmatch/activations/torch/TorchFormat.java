package org.spanmatch.activations.torch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipException;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.format.ActivationFile.UnusableEntry;
import org.spanmatch.activations.format.ActivationFormat;
import org.spanmatch.activations.format.ForeignFormat;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.torch.Contents.Entry;
import org.spanmatch.activations.torch.Value.Container;
import org.spanmatch.activations.torch.Value.Container.Tensors;
import org.spanmatch.activations.torch.Value.Made;
import org.spanmatch.activations.torch.Value.Tensor;

/**
 * Tensors that {@code torch.save} of PyTorch wrote, from 1.6 on: a tensor, or dicts, lists and
 * tuples of tensors, with the keys and positions that lead to them joined by dots.
 *
 * <p>Such a file is a zip archive of a pickle and the values of the tensors, which are strided
 * views of them. Python runs a pickle as a program that can do anything; here it is read as the
 * description that it is, and what it calls for beyond torch's own few functions is named as
 * unusable.
 */
public final class TorchFormat implements ActivationFormat {
  private static final int LOCAL = 0x04034b50;
  private static final int LOCAL_BYTES = 30;

  /** Creates the format. */
  public TorchFormat() {}

  @Override
  public List<String> suffixes() {
    return List.of(".pt", ".pth");
  }

  /** {@return whether it is an archive that begins with a pickle, which PyTorch writes first} */
  @Override
  public boolean recognises(Path file, byte[] start) {
    ByteBuffer header = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
    if (start.length < LOCAL_BYTES || header.getInt(0) != LOCAL) {
      return false;
    }
    int length = Math.min(Short.toUnsignedInt(header.getShort(26)), start.length - LOCAL_BYTES);
    String name = new String(start, LOCAL_BYTES, length, StandardCharsets.UTF_8);
    return name.endsWith(TorchArchive.PICKLE);
  }

  @Override
  public Content open(Path file) throws IOException {
    try {
      TorchArchive archive = TorchArchive.open(file);
      byte[] pickle = archive.pickle();
      Value root = Unpickler.read(pickle);
      if (root instanceof Made made && made.kind() == Made.Kind.MODULE) {
        throw new ActivationsException(ForeignFormat.torchModule(made.by().name()).reason());
      }
      List<Entry> entries = Contents.of(root, pickle.length);
      if (root instanceof Container all
          ? all.tensors() == Tensors.NONE
          : !(root instanceof Tensor)) {
        throw new ActivationsException(entries.get(0).reason());
      }
      boolean lone = root instanceof Tensor;
      String fileName = layerName(file.getFileName().toString());
      List<StoredArray> arrays = new ArrayList<>();
      List<UnusableEntry> unusable = new ArrayList<>();
      for (Entry entry : entries) {
        String name = lone ? fileName : entry.name();
        try {
          if (entry.tensor() == null) {
            throw new ActivationsException(entry.reason());
          }
          arrays.add(archive.array(name, entry.tensor()));
        } catch (ActivationsException e) {
          unusable.add(new UnusableEntry(file, name, name, e.getMessage()));
        }
      }
      return new Content(arrays, unusable, lone);
    } catch (PickleException e) {
      throw new ActivationsException("its pickle can't be read: " + e.getMessage(), e);
    } catch (ZipException e) {
      throw new ActivationsException(
          "it is not a readable PyTorch (zip) archive: " + e.getMessage(), e);
    }
  }
}
