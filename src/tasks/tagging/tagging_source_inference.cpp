#include "tasks/tagging/tagging_source_inference.h"

#include "kernels/crf.h"

namespace sequent {

std::string softmax_tags_source() {
  return R"(def forward($SIGNATURE) -> Tensor:
    return torch.softmax(self.scores($INPUTS), 2)
def decode($SIGNATURE) -> Tuple[Tensor, Tensor]:
    probabilities, tags = self.forward($INPUTS).max(2)
    return tags, probabilities
)";
}

std::string crf_source(const std::function<std::string(const std::string&)>& parameter) {
  const auto scores = [&](const std::string& name) {
    return parameter(name) + ".double() + " + std::to_string(kernels::kForbiddenScore) + " * " +
           parameter("forbidden_" + name) + ".double()";
  };
  const std::string read_scores = "    start = " + scores("start") +
                                  "\n    transitions = " + scores("transitions") +
                                  "\n    end = " + scores("end") + "\n";
  // Past a row's end, the state of the recursion stays unchanged.
  return R"(def marginals(self, x: Tensor, lengths: Tensor) -> Tensor:
)" + read_scores +
         R"(    lasts = lengths.unsqueeze(1)
    alpha = start + x.select(1, 0)
    alphas = [alpha]
    for t in range(1, x.size(1)):
        sums = torch.logsumexp(alpha.unsqueeze(2) + transitions, 1) + x.select(1, t)
        alpha = torch.where(lasts > t, sums, alpha)
        alphas.append(alpha)
    whole = torch.logsumexp(alpha + end, 1).unsqueeze(1)
    beta = end.expand_as(alpha)
    result = [torch.exp(alphas[-1] + beta - whole)]
    for i in range(1, x.size(1)):
        t = x.size(1) - i
        ahead = (x.select(1, t) + beta).unsqueeze(1)
        beta = torch.where(lasts > t, torch.logsumexp(transitions + ahead, 2), beta)
        result.append(torch.exp(alphas[t - 1] + beta - whole))
    return torch.stack(result, 1).flip([1]).float()
def forward($SIGNATURE) -> Tensor:
    return self.marginals(self.scores($INPUTS).double(), lengths)
def decode($SIGNATURE) -> Tuple[Tensor, Tensor]:
    x = self.scores($INPUTS).double()
)" + read_scores +
         R"(    lasts = lengths.unsqueeze(1)
    best = start + x.select(1, 0)
    same = torch.arange(x.size(2), device=x.device).expand_as(best)
    origins: List[Tensor] = []
    for t in range(1, x.size(1)):
        reached, origin = (best.unsqueeze(2) + transitions).max(1)
        best = torch.where(lasts > t, reached + x.select(1, t), best)
        origins.append(torch.where(lasts > t, origin, same))
    tag = (best + end).argmax(1)
    path = [tag]
    for i in range(len(origins)):
        tag = origins[len(origins) - 1 - i].gather(1, tag.unsqueeze(1)).squeeze(1)
        path.append(tag)
    tags = torch.stack(path, 1).flip([1])
    probabilities = self.marginals(x, lengths).gather(2, tags.unsqueeze(2)).squeeze(2)
    return tags, probabilities
)";
}

std::string tagging_source(std::string methods, const std::string& signature,
                           const std::string& inputs) {
  const auto replace = [&methods](const std::string& from, const std::string& to) {
    for (std::size_t at = methods.find(from); at != std::string::npos; at = methods.find(from)) {
      methods.replace(at, from.size(), to);
    }
  };
  replace("$SIGNATURE", signature);
  replace("$INPUTS", inputs);
  return methods;
}

}  // namespace sequent
