// service MODEL [THREADS]: classifies the lines of stdin as they arrive, and answers in their
// order.
//
// It models a server: requests arrive one by one, several threads answer them with one shared
// model, and each client waits for its own answer. Each thread takes all waiting requests, up to
// 64, so that a busy service computes in batches and an idle one answers at once. A line that is
// not UTF-8 gets an error as its answer; other lines are not affected.
#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <deque>
#include <exception>
#include <future>
#include <iostream>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sequent/error.h"
#include "sequent/inference.h"

namespace {

constexpr std::size_t kMostTogether = 64;  // requests that one thread answers at once
constexpr std::size_t kMostWaiting = 4096;

/// Passes items from one thread to others. `push` waits while the queue is full, `pop` while it is
/// empty.
template <class Item>
class Queue {
 public:
  void push(Item item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return items_.size() < kMostWaiting; });
    items_.push_back(std::move(item));
    changed_.notify_all();
  }

  /// Closes the queue: no more items follow.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

  /// Returns the waiting items, between one and `most`; none once the queue is closed and empty.
  std::vector<Item> pop(std::size_t most) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !items_.empty(); });
    const auto count = static_cast<std::ptrdiff_t>(std::min(most, items_.size()));
    std::vector<Item> taken(std::move_iterator(items_.begin()),
                            std::move_iterator(items_.begin() + count));
    items_.erase(items_.begin(), items_.begin() + count);
    changed_.notify_all();
    return taken;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;
  bool closed_ = false;
};

struct Request {
  std::string text;
  std::promise<std::string> answer;
};

std::string shown(const sequent::Classifier<>& classifier,
                  const sequent::ClassPrediction& prediction) {
  const std::string& label = classifier.labels()[static_cast<std::size_t>(prediction.label)];
  return label + '\t' + std::to_string(prediction.probability) +
         (prediction.empty ? "\t(no words)" : "");
}

/// Returns the answer to one text, even on errors.
std::string answer_alone(const sequent::Classifier<>& classifier, const std::string& text) {
  try {
    return shown(classifier, classifier.classify(text));
  } catch (const std::exception& error) {
    return std::string("error\t") + error.what();
  }
}

void answer(const sequent::Classifier<>& classifier, std::span<Request> requests) {
  std::vector<std::string> texts;
  texts.reserve(requests.size());
  for (Request& request : requests) texts.push_back(std::move(request.text));
  std::vector<sequent::ClassPrediction> predictions;
  try {
    predictions = classifier.classify(std::span<const std::string>(texts));
  } catch (const std::exception&) {
    // One text caused the error, so each text is classified separately, and only that one fails.
  }
  for (std::size_t i = 0; i < requests.size(); ++i) {
    requests[i].answer.set_value(predictions.empty() ? answer_alone(classifier, texts[i])
                                                     : shown(classifier, predictions[i]));
  }
}

/// Requests arrive here. In a server, clients make these calls.
void serve(const sequent::Classifier<>& classifier, int thread_count) {
  Queue<Request> requests;
  Queue<std::future<std::string>> answers;

  std::vector<std::jthread> threads;
  for (int i = 0; i < thread_count; ++i) {
    threads.emplace_back([&] {
      for (auto taken = requests.pop(kMostTogether); !taken.empty();
           taken = requests.pop(kMostTogether)) {
        answer(classifier, taken);
      }
    });
  }
  std::jthread writer([&] {
    for (auto next = answers.pop(1); !next.empty(); next = answers.pop(1)) {
      std::cout << next.front().get() << '\n' << std::flush;
    }
  });

  for (std::string line; std::getline(std::cin, line);) {
    Request request{std::move(line), {}};
    answers.push(request.answer.get_future());
    requests.push(std::move(request));
  }
  requests.close();
  answers.close();
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2 || argc > 3) {
    std::cerr << "usage: service MODEL [THREADS]\n";
    return 2;
  }
  const int threads = argc == 3 ? std::max(1, std::atoi(argv[2])) : 2;
  // The service has its own threads, so the model needs at most one more.
  const sequent::Model model = sequent::Model::load(argv[1], {.threads = 1});
  const sequent::Classifier<> classifier(model);
  serve(classifier, threads);
  return 0;
} catch (const sequent::Error& error) {
  std::cerr << "error: " << error.what() << '\n';
  return sequent::exit_code(error.kind());
}
