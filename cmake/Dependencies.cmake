# The dependencies of the project. If nlohmann_json is not installed, a pinned release is
# downloaded.
include(FetchContent)

find_package(Threads REQUIRED)
find_package(ICU 60 REQUIRED COMPONENTS uc i18n)
find_package(LibLZMA REQUIRED)
find_package(ZLIB REQUIRED)
list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR})
find_package(Minizip REQUIRED)
find_package(Zstd REQUIRED)

find_package(nlohmann_json 3.10 QUIET)
if(NOT nlohmann_json_FOUND)
  FetchContent_Declare(nlohmann_json
    URL https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz
    URL_HASH SHA256=d6c65aca6b1ed68e7a182f4757257b107ae403032760ed6ef121c9d55e81757d)
  FetchContent_MakeAvailable(nlohmann_json)
endif()

if(SEQUENT_BUILD_PROGRAMS)
  find_package(CLI11 2.1 REQUIRED)
endif()

if(SEQUENT_TRAIN)
  include(${CMAKE_CURRENT_LIST_DIR}/Torch.cmake)
  if(NOT TARGET sequent::torch)
    message(FATAL_ERROR "LibTorch was not found; install libtorch-dev, pass "
                        "-DCMAKE_PREFIX_PATH=FOLDER with the folder of an unpacked LibTorch, or "
                        "build without training: -DSEQUENT_TRAIN=OFF.")
  endif()
endif()
