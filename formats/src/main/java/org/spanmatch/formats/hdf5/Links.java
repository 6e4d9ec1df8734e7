package org.spanmatch.formats.hdf5;

import io.jhdf.Constants;
import io.jhdf.FractalHeap;
import io.jhdf.GroupSymbolTableNode;
import io.jhdf.LocalHeap;
import io.jhdf.ObjectHeader;
import io.jhdf.SymbolTableEntry;
import io.jhdf.Utils;
import io.jhdf.btree.BTreeV1;
import io.jhdf.btree.BTreeV2;
import io.jhdf.btree.record.LinkNameForIndexedGroupRecord;
import io.jhdf.object.message.LinkInfoMessage;
import io.jhdf.object.message.LinkMessage;
import io.jhdf.object.message.SymbolTableMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.spanmatch.activations.storage.NumericOrder;

/** The links of a group, in its order. */
final class Links {
  private static final int SOFT = 2; // a kind of symbol table entries

  private Links() {}

  /**
   * A link to an object of this file, or one that leads elsewhere.
   *
   * @param name the name in the group
   * @param address where the object's header lies; -1 for a link that is not followed
   * @param elsewhere where a link leads that is not followed
   */
  record Link(String name, long address, Optional<String> elsewhere) {}

  /** Whether an object is a group. */
  static boolean areIn(ObjectHeader header) {
    return header.hasMessageOfType(SymbolTableMessage.class)
        || header.hasMessageOfType(LinkInfoMessage.class);
  }

  /**
   * The links of a group: in the order of their creation where the file has it, or else by name,
   * with numbers in numeric order.
   */
  static List<Link> of(Structures file, ObjectHeader group) {
    if (group.hasMessageOfType(SymbolTableMessage.class)) {
      return byName(symbols(file, group.getMessageOfType(SymbolTableMessage.class)));
    }
    LinkInfoMessage info = group.getMessageOfType(LinkInfoMessage.class);
    List<LinkMessage> links = new ArrayList<>();
    if (info.getBTreeNameIndexAddress() == Constants.UNDEFINED_ADDRESS) {
      links.addAll(group.getMessagesOfType(LinkMessage.class));
    } else {
      FractalHeap heap = new FractalHeap(file, info.getFractalHeapAddress());
      BTreeV2<LinkNameForIndexedGroupRecord> tree =
          new BTreeV2<>(file, info.getBTreeNameIndexAddress());
      for (LinkNameForIndexedGroupRecord link : tree.getRecords()) {
        links.add(LinkMessage.fromBuffer(heap.getId(link.getId()), file.getSuperblock()));
      }
    }
    if (info.isLinkCreationOrderTracked()) {
      links.sort(Comparator.comparingLong(LinkMessage::getCreationOrder));
      return links.stream().map(Links::of).toList();
    }
    return byName(links.stream().map(Links::of).toList());
  }

  private static Link of(LinkMessage link) {
    return switch (link.getLinkType()) {
      case HARD -> new Link(link.getLinkName(), link.getHardLinkAddress(), Optional.empty());
      case SOFT -> elsewhere(link.getLinkName(), "'" + link.getSoftLink() + "'");
      case EXTERNAL ->
          elsewhere(
              link.getLinkName(),
              "'" + link.getExternalPath() + "' of the file '" + link.getExternalFile() + "'");
    };
  }

  private static Link elsewhere(String name, String target) {
    return new Link(name, -1, Optional.of(target));
  }

  private static List<Link> symbols(Structures file, SymbolTableMessage table) {
    List<Long> nodes = BTreeV1.createGroupBTree(file, table.getBTreeAddress()).getChildAddresses();
    ByteBuffer names = new LocalHeap(file, table.getLocalHeapAddress()).getDataBuffer();
    List<Link> links = new ArrayList<>();
    for (long node : nodes) {
      for (SymbolTableEntry entry : new GroupSymbolTableNode(file, node).getSymbolTableEntries()) {
        String name = name(names, entry.getLinkNameOffset());
        links.add(
            entry.getCacheType() == SOFT
                ? elsewhere(name, "'" + name(names, entry.getLinkValueOffset()) + "'")
                : new Link(name, entry.getObjectHeaderAddress(), Optional.empty()));
      }
    }
    return links;
  }

  private static String name(ByteBuffer names, int offset) {
    return Utils.readUntilNull(names.position(offset));
  }

  private static List<Link> byName(List<Link> links) {
    return links.stream().sorted(Comparator.comparing(Link::name, new NumericOrder())).toList();
  }
}
