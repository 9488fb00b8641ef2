// Writes the hostile network in each format into a folder: network_files FOLDER.
#include <fstream>
#include <string>

#include "parfocal/network/network_text.h"
#include "services/network/hostile_network.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string folder = argv[1];
  const parfocal::v1::Network network = parfocal::testing::HostileNetwork();
  const parfocal::NetworkCaption caption{"bent \"cell\"", "a < b\nand\x01more"};
  std::ofstream(folder + "/n.graphml", std::ios::binary) << parfocal::ToGraphMl(network, caption);
  std::ofstream(folder + "/n.cx2", std::ios::binary) << parfocal::ToCx2(network, caption);
  std::ofstream(folder + "/n.sif", std::ios::binary) << parfocal::ToSif(network);
  std::ofstream(folder + "/edges.tsv", std::ios::binary) << parfocal::ToEdgeTable(network);
  std::ofstream(folder + "/nodes.tsv", std::ios::binary) << parfocal::ToNodeTable(network);
  return 0;
}
