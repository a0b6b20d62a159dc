#include "sample/english.h"

namespace sequent::sample {
namespace {

using enum Number;

constexpr Topic kFilmTopics[] = {
    {"film", kSingular, "gripping|moving|funny|clever|touching", "tedious|slow|silly|dull|boring"},
    {"plot", kSingular, "gripping|clever|inventive|taut|believable",
     "dull|predictable|muddled|thin|silly"},
    {"acting", kSingular, "subtle|natural|intense|lively|assured",
     "wooden|stiff|hammy|lifeless|clumsy"},
    {"dialogue", kSingular, "witty|sharp|sparkling|natural|clever",
     "clumsy|stilted|flat|corny|dull"},
    {"soundtrack", kSingular, "haunting|lovely|stirring|catchy|elegant",
     "shrill|tinny|bland|deafening|dull"},
    {"ending", kSingular, "touching|clever|surprising|moving|elegant",
     "silly|predictable|rushed|muddled|feeble"},
    {"camera work", kSingular, "elegant|inventive|graceful|precise|bold",
     "shaky|clumsy|sloppy|lazy|dizzying"},
    {"jokes", kPlural, "hilarious|witty|funny|clever|fresh", "stale|crude|feeble|unfunny|tired"},
    {"costumes", kPlural, "gorgeous|elegant|lavish|authentic|striking",
     "cheap|drab|shoddy|ugly|fake"},
    {"effects", kPlural, "dazzling|spectacular|striking|seamless|inventive",
     "cheap|clumsy|fake|dated|ugly"},
    {"characters", kPlural, "believable|complex|lovable|vivid|witty",
     "shallow|flat|lifeless|wooden|bland"},
    {"fight scenes", kPlural, "thrilling|breathtaking|precise|inventive|vivid",
     "dull|clumsy|repetitive|noisy|endless"},
};
constexpr Rule kFilmRules[] = {
    {"thing", 1, "film|movie|thriller|comedy|drama|western|picture"},
    {"span", 1, "it|the story|the first half"},
    {"use", 1, "watch|see"},
    {"seen", 1, "seen|watched"},
    {"reference", 1, "the first part|the book|the original|the sequel"},
    {"other", 1, "the man in row {number}|the projectionist|the {job} beside me"},
    {"fact", 6,
     "We saw it on a {weekday} in {town}.|It runs for {number} minutes longer than I was told.|"
     "{person} directed it.|{person} plays a {job} from {town}.|"
     "It was shot in {town} and {town}.|The cinema in {town} has {number} seats.|"
     "{first} bought the tickets in {month}.|"
     "It is about a {job} who looks for a {colour} {object_carried}.|"
     "{person} wrote the script in {number} {days}.|We sat in row {number}."},
};

constexpr Topic kBookTopics[] = {
    {"book", kSingular, "gripping|moving|wise|witty|clever", "tedious|slow|shallow|dull|boring"},
    {"plot", kSingular, "gripping|clever|inventive|taut|believable",
     "dull|predictable|muddled|thin|far-fetched"},
    {"style", kSingular, "elegant|graceful|lively|witty|fluent",
     "clumsy|wordy|pompous|stilted|dry"},
    {"opening", kSingular, "gripping|bold|lively|vivid|surprising",
     "slow|dull|clumsy|confusing|flat"},
    {"ending", kSingular, "touching|clever|surprising|moving|elegant",
     "silly|predictable|rushed|muddled|feeble"},
    {"translation", kSingular, "fluent|elegant|faithful|precise|graceful",
     "clumsy|sloppy|stilted|careless|wooden"},
    {"research", kSingular, "thorough|careful|solid|rigorous|precise",
     "sloppy|careless|thin|patchy|lazy"},
    {"characters", kPlural, "believable|complex|lovable|vivid|witty",
     "shallow|flat|lifeless|wooden|bland"},
    {"dialogues", kPlural, "witty|sharp|sparkling|natural|lively",
     "clumsy|stilted|flat|corny|wooden"},
    {"drawings", kPlural, "lovely|delicate|elegant|vivid|precise",
     "ugly|crude|clumsy|drab|careless"},
    {"descriptions", kPlural, "vivid|precise|rich|poetic|graceful",
     "wordy|vague|repetitive|dry|endless"},
    {"chapters", kPlural, "short|lively|clever|tidy|taut",
     "endless|repetitive|confusing|tedious|uneven"},
};
constexpr Rule kBookRules[] = {
    {"thing", 1, "book|novel|biography|paperback|memoir|thriller|tale"},
    {"span", 1, "it|the story|the first volume"},
    {"use", 1, "read|open"},
    {"seen", 1, "read|owned"},
    {"reference", 1, "the first volume|the film|the author's debut|the sequel"},
    {"other", 1, "the bookseller|my reading circle|the librarian in {town}"},
    {"fact", 6,
     "I read it on the train to {town}.|It has {number} chapters.|{person} wrote it in {town}.|"
     "The hero is a {job} from {town}.|I borrowed it from {person} in {month}.|"
     "{first} gave it to me for my birthday.|The cover is {colour}.|"
     "It is about a {job} who loses a {colour} {object_carried}.|I read {number} pages a day.|"
     "The library in {town} has {number} copies."},
};

constexpr Topic kRestaurantTopics[] = {
    {"restaurant", kSingular, "cosy|friendly|stylish|welcoming|lively",
     "dingy|noisy|shabby|cramped|gloomy"},
    {"soup", kSingular, "tasty|delicious|fragrant|hearty|creamy",
     "watery|bland|salty|lukewarm|greasy"},
    {"bread", kSingular, "crusty|fresh|fragrant|tasty|delicious",
     "stale|dry|soggy|tasteless|burnt"},
    {"service", kSingular, "attentive|friendly|swift|polite|cheerful",
     "slow|rude|careless|grumpy|sloppy"},
    {"fish", kSingular, "fresh|tender|juicy|delicious|succulent",
     "dry|overcooked|tasteless|rubbery|salty"},
    {"menu", kSingular, "varied|inventive|creative|seasonal|clever",
     "boring|limited|confusing|dull|uninspired"},
    {"wine list", kSingular, "varied|thoughtful|clever|inspired|fair",
     "overpriced|dull|limited|careless|uninspired"},
    {"coffee", kSingular, "strong|fragrant|rich|smooth|delicious",
     "weak|bitter|watery|lukewarm|burnt"},
    {"waiters", kPlural, "attentive|friendly|polite|cheerful|helpful",
     "rude|slow|grumpy|careless|clueless"},
    {"desserts", kPlural, "delicious|tasty|light|heavenly|creamy", "dry|stale|bland|sickly|soggy"},
    {"vegetables", kPlural, "crisp|fresh|tender|tasty|juicy",
     "soggy|limp|tasteless|overcooked|greasy"},
    {"prices", kPlural, "fair|modest|reasonable|sensible|friendly",
     "steep|outrageous|unfair|excessive|silly"},
};
constexpr Rule kRestaurantRules[] = {
    {"thing", 1, "restaurant|bistro|place|diner|tavern|pizzeria|steakhouse"},
    {"span", 1, "our evening|the meal|our dinner"},
    {"use", 1, "visit|choose"},
    {"seen", 1, "visited|tried"},
    {"reference", 1, "the inn next door|the snack bar at the {landmark}|the canteen"},
    {"other", 1, "the couple at table {number}|the guide book|the food writer from {town}"},
    {"fact", 6,
     "We had a table for {number}.|{person} cooks there.|It stands beside the {landmark}.|"
     "The tables are {colour}.|We ordered {number} dishes.|{first} paid the bill.|"
     "We went there on a {weekday} in {month}.|The cook comes from {town}.|"
     "It opened in {month}, next to the {landmark}.|A {job} from {town} sat at the next table."},
};

constexpr Topic kHotelTopics[] = {
    {"hotel", kSingular, "cosy|quiet|stylish|welcoming|spotless",
     "noisy|shabby|filthy|gloomy|run-down"},
    {"bed", kSingular, "comfortable|soft|roomy|clean|cosy", "lumpy|hard|creaky|dirty|saggy"},
    {"breakfast", kSingular, "hearty|fresh|varied|delicious|generous",
     "meagre|stale|bland|cold|boring"},
    {"bathroom", kSingular, "spotless|modern|roomy|clean|bright",
     "filthy|mouldy|cramped|smelly|dirty"},
    {"view", kSingular, "breathtaking|lovely|splendid|scenic|gorgeous",
     "dreary|ugly|grim|bleak|gloomy"},
    {"lobby", kSingular, "elegant|bright|welcoming|stylish|cosy",
     "dingy|shabby|gloomy|noisy|smelly"},
    {"pool", kSingular, "clean|warm|spotless|roomy|inviting", "dirty|cold|crowded|slimy|tiny"},
    {"reception", kSingular, "friendly|helpful|swift|polite|cheerful",
     "rude|slow|chaotic|grumpy|clueless"},
    {"rooms", kPlural, "bright|quiet|spotless|roomy|cosy", "dark|noisy|filthy|cramped|stuffy"},
    {"porters", kPlural, "helpful|polite|friendly|swift|cheerful",
     "rude|slow|grumpy|lazy|clueless"},
    {"walls", kPlural, "thick|clean|bright|soundproof|spotless", "thin|mouldy|stained|dirty|damp"},
    {"towels", kPlural, "soft|fluffy|clean|fresh|spotless", "rough|stained|dirty|damp|smelly"},
};
constexpr Rule kHotelRules[] = {
    {"thing", 1, "hotel|hostel|guesthouse|inn|resort|lodge|boarding house"},
    {"span", 1, "our stay|the weekend|our week"},
    {"use", 1, "book|choose"},
    {"seen", 1, "visited|booked"},
    {"reference", 1, "the campsite|the hostel at the {landmark}|the hotel across the street"},
    {"other", 1, "the couple in room {number}|the taxi driver|the travel agent in {town}"},
    {"fact", 6,
     "We stayed for {number} nights.|Our room was on floor {number}.|"
     "It stands behind the {landmark}.|{person} runs it.|We had booked in {month}.|"
     "The house has {number} rooms.|The curtains are {colour}.|"
     "It takes {number} minutes to the {landmark}.|"
     "A {job} from {town} had the room next to ours.|We arrived by {vehicle} on a {weekday}."},
};

constexpr Topic kPhoneTopics[] = {
    {"phone", kSingular, "fast|handy|sturdy|elegant|reliable",
     "slow|bulky|fragile|clunky|unreliable"},
    {"screen", kSingular, "bright|sharp|crisp|clear|smooth", "dim|blurry|dull|scratchy|grainy"},
    {"battery", kSingular, "durable|reliable|strong|sturdy|powerful",
     "weak|feeble|faulty|unreliable|useless"},
    {"camera", kSingular, "sharp|fast|precise|versatile|clever",
     "blurry|slow|grainy|useless|clumsy"},
    {"software", kSingular, "smooth|stable|fast|tidy|clever",
     "sluggish|buggy|bloated|confusing|slow"},
    {"casing", kSingular, "sturdy|elegant|sleek|slim|solid", "flimsy|ugly|bulky|fragile|cheap"},
    {"sound", kSingular, "rich|clear|crisp|full|warm", "tinny|muffled|hollow|shrill|noisy"},
    {"manual", kSingular, "clear|helpful|thorough|tidy|precise",
     "confusing|useless|patchy|vague|sloppy"},
    {"buttons", kPlural, "handy|precise|solid|responsive|sturdy", "wobbly|stiff|flimsy|tiny|loose"},
    {"speakers", kPlural, "clear|powerful|rich|crisp|balanced", "tinny|weak|muffled|shrill|feeble"},
    {"updates", kPlural, "swift|helpful|stable|thorough|useful", "slow|buggy|useless|late|risky"},
    {"menus", kPlural, "clear|tidy|handy|clever|fast", "confusing|cluttered|slow|messy|clumsy"},
};
constexpr Rule kPhoneRules[] = {
    {"thing", 1, "phone|handset|smartphone|model|gadget|device"},
    {"span", 1, "my time with it|the first year|the trial period"},
    {"use", 1, "buy|choose"},
    {"seen", 1, "owned|tried"},
    {"reference", 1, "last year's model|the cheaper one|the one from the {landmark} shop"},
    {"other", 1, "the man in the shop|the test magazine|the technician from {town}"},
    {"fact", 6,
     "I bought it in {town} in {month}.|It weighs {number} grams more than the old one.|"
     "{person} sold it to me.|Mine is {colour}.|The parcel came on a {weekday}.|"
     "I call {first} with it every {weekday}.|It replaced the one I lost at the {landmark}.|"
     "It came with {number} cables.|I took {number} pictures of the {landmark}.|"
     "{first} has the same one in {colour}."},
};

constexpr Topic kAlbumTopics[] = {
    {"album", kSingular, "catchy|lively|moving|inventive|stirring",
     "bland|noisy|dull|monotonous|boring"},
    {"voice", kSingular, "warm|clear|expressive|velvety|strong", "shrill|thin|hoarse|whiny|weak"},
    {"guitar", kSingular, "lively|virtuosic|crisp|warm|inventive",
     "sloppy|clumsy|tinny|noisy|dull"},
    {"opening song", kSingular, "catchy|lively|bold|stirring|fresh",
     "dull|bland|clumsy|tired|limp"},
    {"rhythm", kSingular, "lively|catchy|tight|driving|bouncy",
     "limp|stiff|sloppy|monotonous|clumsy"},
    {"mix", kSingular, "clear|balanced|rich|precise|warm", "muddy|hollow|harsh|sloppy|noisy"},
    {"piano", kSingular, "delicate|expressive|graceful|warm|lively",
     "clumsy|harsh|stiff|lifeless|tinny"},
    {"finale", kSingular, "stirring|moving|bold|surprising|gripping",
     "limp|endless|feeble|dull|rushed"},
    {"lyrics", kPlural, "witty|poetic|clever|touching|wise", "silly|corny|clumsy|shallow|trite"},
    {"melodies", kPlural, "catchy|lovely|graceful|fresh|haunting",
     "dull|bland|stale|monotonous|trite"},
    {"drums", kPlural, "driving|precise|lively|powerful|tight",
     "sloppy|deafening|monotonous|stiff|clumsy"},
    {"choruses", kPlural, "catchy|stirring|lively|fresh|powerful",
     "bland|repetitive|tired|trite|limp"},
};
constexpr Rule kAlbumRules[] = {
    {"thing", 1, "album|record|disc|recording|collection"},
    {"span", 1, "it|the first side|the record"},
    {"use", 1, "play|buy"},
    {"seen", 1, "heard|owned"},
    {"reference", 1, "the debut|the live recording|the band's last effort"},
    {"other", 1, "the drummer of our band|the man in the record shop|the choir from {town}"},
    {"fact", 6,
     "It has {number} songs.|{person} sings on it.|{person} plays the cello.|"
     "It was recorded in {town} in {month}.|I heard it on the way to {town}.|"
     "The band comes from {town}.|The cover shows a {colour} {object_carried}.|"
     "{first} played it at a wedding near the {landmark}.|The last song is about a {job}.|"
     "I bought it from a {job} on a {weekday}."},
};

constexpr Topic kMuseumTopics[] = {
    {"museum", kSingular, "lively|welcoming|instructive|bright|stylish",
     "dusty|gloomy|dull|cramped|boring"},
    {"collection", kSingular, "rich|varied|unique|precious|striking",
     "patchy|thin|dull|dusty|random"},
    {"tour", kSingular, "lively|witty|instructive|thorough|gripping",
     "tedious|rushed|endless|dull|confusing"},
    {"audio guide", kSingular, "clear|witty|instructive|lively|helpful",
     "confusing|boring|faulty|tedious|patchy"},
    {"cafe", kSingular, "cosy|friendly|bright|stylish|quiet",
     "dingy|overpriced|noisy|dirty|crowded"},
    {"lighting", kSingular, "warm|clever|subtle|elegant|soft", "harsh|dim|gloomy|glaring|clumsy"},
    {"architecture", kSingular, "elegant|bold|striking|graceful|inventive",
     "ugly|clumsy|bleak|drab|pompous"},
    {"shop", kSingular, "lovely|varied|fair|charming|tidy",
     "overpriced|tacky|cluttered|dull|messy"},
    {"guides", kPlural, "helpful|witty|friendly|patient|wise",
     "rude|clueless|grumpy|impatient|lazy"},
    {"paintings", kPlural, "vivid|striking|gorgeous|delicate|bold",
     "drab|crude|ugly|lifeless|clumsy"},
    {"labels", kPlural, "clear|helpful|precise|witty|instructive",
     "vague|tiny|confusing|wordy|useless"},
    {"halls", kPlural, "bright|roomy|quiet|elegant|splendid",
     "gloomy|stuffy|crowded|cramped|dusty"},
};
constexpr Rule kMuseumRules[] = {
    {"thing", 1, "museum|gallery|exhibition|show|display"},
    {"span", 1, "our visit|the tour|our afternoon there"},
    {"use", 1, "visit|see"},
    {"seen", 1, "visited|seen"},
    {"reference", 1, "the castle museum|the gallery at the {landmark}|the fair"},
    {"other", 1, "the guard|the art teacher from {town}|the visitors from {town}"},
    {"fact", 6,
     "The tickets cost {number} coins each.|It opened in {month}.|"
     "It stands beside the {landmark}.|{person} painted the {colour} hall.|"
     "The oldest piece is a {colour} {object_carried}.|"
     "We were a group of {number} {relations}.|"
     "It has {number} windows and closes on every {weekday}.|{person} showed us around.|"
     "The bus from {town} stops nearby.|There are {number} rooms and a garden."},
};

constexpr Topic kGameTopics[] = {
    {"game", kSingular, "thrilling|clever|lively|funny|inventive",
     "tedious|dull|clumsy|silly|boring"},
    {"story", kSingular, "gripping|moving|clever|funny|inventive",
     "thin|silly|muddled|dull|predictable"},
    {"music", kSingular, "catchy|stirring|lovely|haunting|lively",
     "shrill|repetitive|bland|tinny|dull"},
    {"tutorial", kSingular, "clear|helpful|short|witty|tidy",
     "confusing|endless|tedious|useless|patchy"},
    {"combat", kSingular, "fast|thrilling|fluid|precise|varied",
     "clumsy|repetitive|sluggish|dull|unfair"},
    {"map", kSingular, "clear|varied|vivid|rich|tidy", "confusing|empty|cluttered|tiny|messy"},
    {"artwork", kSingular, "gorgeous|striking|lovely|vivid|elegant", "ugly|drab|crude|dated|cheap"},
    {"final boss", kSingular, "thrilling|clever|surprising|inventive|fair",
     "unfair|silly|dull|clumsy|feeble"},
    {"puzzles", kPlural, "clever|inventive|fair|tricky|varied",
     "unfair|trite|repetitive|dull|silly"},
    {"controls", kPlural, "smooth|precise|responsive|handy|fluid",
     "clumsy|sluggish|stiff|confusing|wobbly"},
    {"levels", kPlural, "varied|inventive|lively|vivid|clever",
     "repetitive|empty|endless|dull|messy"},
    {"rules", kPlural, "clear|fair|clever|tidy|elegant", "confusing|unfair|messy|vague|silly"},
};
constexpr Rule kGameRules[] = {
    {"thing", 1, "game|adventure|sequel|platform game|puzzle game"},
    {"span", 1, "it|the campaign|the story"},
    {"use", 1, "play|buy"},
    {"seen", 1, "played|owned"},
    {"reference", 1, "the first part|the demo|the board game"},
    {"other", 1, "the girl on the other team|the gaming magazine|the club in {town}"},
    {"fact", 6,
     "It has {number} levels.|{person} wrote it in {number} {days}.|"
     "You play a {job} from {town}.|{first} and I played it for {number} hours.|"
     "The hero looks for a {colour} {object_carried}.|I bought it in {month}.|"
     "It is set in {town}, around a {landmark}.|My {relative} reached level {number}.|"
     "We play it every {weekday}.|The hero wears a {colour} {garment}."},
};

constexpr Domain kDomains[] = {
    {kFilmTopics, kFilmRules},
    {kBookTopics, kBookRules},
    {kRestaurantTopics, kRestaurantRules},
    {kHotelTopics, kHotelRules},
    {kPhoneTopics, kPhoneRules},
    {kAlbumTopics, kAlbumRules},
    {kMuseumTopics, kMuseumRules},
    {kGameTopics, kGameRules},
};

}  // namespace

std::span<const Domain> english_domains() { return kDomains; }

}  // namespace sequent::sample
