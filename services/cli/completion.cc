// parfocal completion bash|zsh|fish: made from the tree of commands itself, so that it is never out
// of date.
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "command.h"

namespace parfocal::cli {
namespace {

struct Node {
  std::string path;  // "" for the root, "source add", ...
  std::string description;
  std::vector<std::string> commands;
  std::vector<std::pair<std::string, std::string>> options;  // With what they do.
};

void Collect(const CLI::App& app, const std::string& path, std::vector<Node>* nodes) {
  Node node;
  node.path = path;
  node.description = app.get_description();
  const auto children = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* child : children) node.commands.push_back(child->get_name());
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      node.options.emplace_back(absl::StrCat("--", name), option->get_description());
    }
  }
  nodes->push_back(std::move(node));
  for (const CLI::App* child : children) {
    Collect(*child, path.empty() ? child->get_name() : absl::StrCat(path, " ", child->get_name()),
            nodes);
  }
}

std::string WordsOf(const Node& node) {
  std::vector<std::string> words = node.commands;
  for (const auto& [option, description] : node.options) words.push_back(option);
  return absl::StrJoin(words, " ");
}

// bash; zsh reads the same through bashcompinit.
std::string BashScript(const std::vector<Node>& nodes) {
  std::string script =
      "_parfocal() {\n"
      "  local path='' word i words\n"
      "  COMPREPLY=()\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=${COMP_WORDS[i]}\n"
      "    case \"$path $word\" in\n";
  for (const Node& node : nodes) {
    if (node.path.empty()) continue;
    const size_t space = node.path.rfind(' ');
    const std::string before = space == std::string::npos ? "" : node.path.substr(0, space);
    const std::string name = space == std::string::npos ? node.path : node.path.substr(space + 1);
    absl::StrAppend(&script, "      '", before, " ", name, "') path='", node.path, "' ;;\n");
  }
  absl::StrAppend(&script, "    esac\n  done\n  case \"$path\" in\n");
  for (const Node& node : nodes)
    absl::StrAppend(&script, "    '", node.path, "') words='", WordsOf(node), "' ;;\n");
  absl::StrAppend(
      &script,
      "  esac\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
      "}\n"
      "complete -o default -F _parfocal parfocal\n");
  return script;
}

std::string ZshScript(const std::vector<Node>& nodes) {
  // zsh has no mapfile and counts words from 1; bashcompinit gives it the variables of bash.
  return absl::StrCat(
      "autoload -U +X compinit && compinit -u\nautoload -U +X bashcompinit && bashcompinit\n",
      absl::StrReplaceAll(
          BashScript(nodes),
          {{"mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\")",
            "COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))"}}));
}

std::string FishQuote(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

std::string FishScript(const std::vector<Node>& nodes) {
  std::string script =
      "function __parfocal_at\n"
      "  set -l words\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    string match -q -- '-*' $word; or set -a words $word\n"
      "  end\n"
      "  set -l path (string join ' ' $words)\n"
      "  test \"$path\" = \"$argv[1]\"; or string match -q -- \"$argv[1] *\" \"$path\"\n"
      "end\n";
  for (const Node& node : nodes) {
    const std::string condition = FishQuote(absl::StrCat("__parfocal_at ", FishQuote(node.path)));
    for (const std::string& command : node.commands) {
      const std::string path = node.path.empty() ? command : absl::StrCat(node.path, " ", command);
      std::string description;
      for (const Node& other : nodes) {
        if (other.path == path) description = other.description;
      }
      absl::StrAppend(&script, "complete -c parfocal -f -n ", condition, " -a ", command, " -d ",
                      FishQuote(description), "\n");
    }
    for (const auto& [option, description] : node.options) {
      absl::StrAppend(&script, "complete -c parfocal -n ", condition, " -l ", option.substr(2),
                      " -d ", FishQuote(description), "\n");
    }
  }
  return script;
}

}  // namespace

void AddCompletionCommand(CLI::App& app, Session& session) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command =
      AddCommand(app, session, "completion", "Prints a completion script for a shell",
                 "source <(parfocal completion bash)", [&session, &app, shell] {
                   std::vector<Node> nodes;
                   Collect(app, "", &nodes);
                   session.out() << (*shell == "bash"  ? BashScript(nodes)
                                     : *shell == "zsh" ? ZshScript(nodes)
                                                       : FishScript(nodes));
                   return static_cast<int>(kOk);
                 });
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

}  // namespace parfocal::cli
