#include "tasks/sequence_to_sequence/decoder_source_inference.h"

namespace sequent {
namespace {

constexpr const char* kMethods =
    R"(def step(self, token: Tensor, h: Tensor, c: Tensor, x: Tensor, keys: Tensor, summary: Tensor, padding: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    read = torch.cat([torch.embedding($table, token), summary], 1)
    gates = torch.linear(read, $cell.weight_ih_l0, $cell.bias_ih_l0) + torch.linear(h, $cell.weight_hh_l0)
    i, f, g, o = torch.chunk(gates, 4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    scores = torch.bmm(keys, h.unsqueeze(2)).squeeze(2).masked_fill(padding, float("-inf"))
    seen = torch.bmm(torch.softmax(scores, 1).unsqueeze(1), x).squeeze(1)
    seen = torch.tanh(torch.linear(torch.cat([seen, h], 1), $combine_weight, $combine_bias))
    return torch.log_softmax(torch.linear(seen, $weight, $bias), 1), h, c
def score(self, tokens: Tensor, lengths: Tensor, targets: Tensor) -> Tensor:
    x = self.encode(tokens, lengths)
    padding = torch.arange(x.size(1), device=x.device).unsqueeze(0) >= lengths.unsqueeze(1)
    keys = torch.linear(x, $attention)
    summary = x.sum(1) / lengths.unsqueeze(1).to(x.dtype)
    h = torch.zeros([x.size(0), $units], device=x.device)
    c = torch.zeros([x.size(0), $units], device=x.device)
    token = torch.full([x.size(0)], 2.0, device=x.device).long()
    result: List[Tensor] = []
    for t in range(targets.size(1)):
        scores, h, c = self.step(token, h, c, x, keys, summary, padding)
        result.append(scores)
        token = targets.select(1, t)
    return torch.stack(result, 1)
def write(self, tokens: Tensor, lengths: Tensor, beams: int) -> Tuple[Tensor, Tensor]:
    assert beams > 0, "beams must be at least 1"
    x = self.encode(tokens, lengths)
    rows = x.size(0)
    padding = torch.arange(x.size(1), device=x.device).unsqueeze(0) >= lengths.unsqueeze(1)
    summary = x.sum(1) / lengths.unsqueeze(1).to(x.dtype)
    x = torch.repeat_interleave(x, beams, 0)
    padding = torch.repeat_interleave(padding, beams, 0)
    summary = torch.repeat_interleave(summary, beams, 0)
    keys = torch.linear(x, $attention)
    h = torch.zeros([rows * beams, $units], device=x.device)
    c = torch.zeros([rows * beams, $units], device=x.device)
    token = torch.full([rows * beams], 2.0, device=x.device).long()
    done = torch.zeros([rows, beams], device=x.device) > 0.0
    counts = torch.zeros([rows, beams], device=x.device).long()
    total = torch.full([rows, beams], float("-inf"), device=x.device).double()
    total[:, 0] = 0.0
    written = torch.zeros([rows, beams, 0], device=x.device).long()
    first = (torch.arange(rows, device=x.device) * beams).unsqueeze(1)
    for t in range($most_tokens):
        scores, h, c = self.step(token, h, c, x, keys, summary, padding)
        scores = scores.double().view(rows, beams, -1)
        scores[:, :, 0:2] = float("-inf")
        stay = torch.full_like(scores, float("-inf"))
        stay[:, :, 0] = 0.0
        scores = torch.where(done.unsqueeze(2), stay, scores)
        width = scores.size(2)
        total, best = (total.unsqueeze(2) + scores).view(rows, -1).topk(beams, 1)
        origin = torch.div(best, width, rounding_mode="floor")
        chosen = best - origin * width
        places = (first + origin).view(-1)
        h = h.index_select(0, places)
        c = c.index_select(0, places)
        done = done.gather(1, origin)
        counts = counts.gather(1, origin) + (~done).long()
        written = torch.cat([written.gather(1, origin.unsqueeze(2).expand(-1, -1, t)), chosen.unsqueeze(2)], 2)
        done = done | (chosen == 2)
        token = chosen.view(-1)
        if bool(done.all()):
            break
    best = (total / counts.double()).argmax(1)
    tokens = written.gather(1, best.view(-1, 1, 1).expand(-1, 1, written.size(2))).squeeze(1)
    return tokens, total.gather(1, best.unsqueeze(1)).squeeze(1)
def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
    return self.write(tokens, lengths, 1)[0]
)";

}  // namespace

std::string decoder_source(const std::function<std::string(const std::string&)>& parameter,
                           std::int64_t units, std::int64_t most_tokens) {
  std::string text = kMethods;
  const auto replace = [&text](const std::string& name, const std::string& value) {
    const std::string from = "$" + name;
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from)) {
      text.replace(at, from.size(), value);
    }
  };
  for (const char* name : {"table", "cell.weight_ih_l0", "cell.weight_hh_l0", "cell.bias_ih_l0",
                           "combine_weight", "combine_bias", "attention", "weight", "bias"}) {
    replace(name, parameter(name));
  }
  replace("units", std::to_string(units));
  replace("most_tokens", std::to_string(most_tokens));
  return text;
}

}  // namespace sequent
