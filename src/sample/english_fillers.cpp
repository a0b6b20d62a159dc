#include "sample/english.h"

namespace sequent::sample {
namespace {

constexpr Rule kRules[] = {
    {"end", 7, "."},
    {"end", 1, "!"},
    {"lead", 6, ""},
    {"lead", 4,
     "honestly, |to be fair, |I must say: |in my view, |frankly, |to my mind, |in short, |"
     "believe me, |mind you, |as of {month}, |this {season}, |as {first} knows, "},
    {"degree", 1,
     "very|really|quite|rather|truly|so|extremely|remarkably|deeply|decidedly|genuinely|"
     "thoroughly|unusually|consistently|distinctly|particularly|undeniably"},
    {"fully", 1, "absolutely|simply|utterly|completely|quite simply|nothing short of|just"},
    {"never", 1,
     "never|hardly|anything but|far from|by no means|not at all|not in the least|in no way|"
     "scarcely|nowhere near"},
    {"much", 1, "very|really|truly|so|particularly|remotely|exactly|all that"},
    {"although", 1, "although|though|even though|while|even if"},
    {"though", 1, "although|though|even though"},
    {"despite", 1, "despite|in spite of|for all"},
    {"nevertheless", 1, "nevertheless|even so|all the same|nonetheless|however"},
    {"still", 1, "still,|even so,|and yet|however,|nevertheless,"},
    {"sum", 1,
     "all in all|in the end|on balance|overall|taken as a whole|in sum|"
     "when all is said and done|at the end of the day|to conclude"},
    {"mostly", 1, "mostly|mainly|above all|chiefly|not least"},
    {"nobody_can", 1, "nobody can|no one could|you cannot|I cannot|even {other} cannot"},
    {"deny", 1, "deny|dispute|doubt"},
    {"mistaken", 1, "wrong|mistaken|nonsense"},
    {"no", 1, "no.|not at all.|hardly.|far from it.|certainly not.|by no means."},
    {"yes", 1, "yes.|absolutely.|very much so.|certainly.|of course.|yes, indeed."},
    {"for_reason", 1,
     "for the life of me|even after {number} days|by any measure|"
     "with the best will in the world|after all these years|even on a rainy {weekday}|"
     "whatever {other} may say"},
    {"long_ago", 1, "in {month}|{number} years ago|last {season}|last {weekday}|back in {town}"},
    {"source", 1,
     "and I say so after {number} {days}|and so says {person}|as I wrote to {person}|"
     "and that after {number} {days}|as I told my {relative}|"
     "and I have seen {number} of the kind"},

    {"reference", 1,
     "the last one|the one before|the old one|the one {person} chose|the one in {town}|"
     "the one we knew|the one from last {season}|what {town} had to offer"},
    {"other", 3, "my {relative}|my {relative} {first}|{first}|{person}"},
    {"other", 2,
     "the critics|my friends|everyone else|the neighbours|my colleagues|our {job}|"
     "the {job} from {town}|the local {press}|most people|the other guests|half of {town}"},
    {"person", 1, "{first} {surname}"},
    {"surname", 1, "{surname_start}{surname_end}"},
    {"town", 1, "{town_start}{town_end}"},

    // Facts for any review.
    {"fact", 12,
     "{person} came along with {number} {relations}.|It was a {weekday} in {month}.|"
     "We had come from {town} by {vehicle}.|"
     "My {relative} lives in {town}, near the {landmark}.|"
     "The {job} next to me wore a {colour} {garment}.|{person} works as a {job} in {town}.|"
     "Outside it was {weather}.|I am a {job} and {number} years older than {first}.|"
     "{first} brought {number} {goods} from {town}.|"
     "My {relative} carried a {colour} {object_carried}."},

    {"weekday", 1, "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"},
    {"month", 1,
     "January|February|March|April|May|June|July|August|September|October|November|December"},
    {"season", 1, "spring|summer|autumn|winter"},
    {"days", 1, "days|weeks|months|visits|attempts|evenings|weekends"},
    {"number", 1,
     "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
     "sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty"},
    {"vehicle", 1, "train|bus|car|tram|ferry|bicycle|taxi|coach|scooter|van|boat"},
    {"weather", 1,
     "raining|snowing|foggy|cloudy|windy|sunny|freezing|mild|drizzling|hailing|thundering|dark|"
     "warm"},
    {"colour", 1,
     "red|blue|green|yellow|brown|grey|white|black|purple|orange|pink|turquoise|beige|crimson|"
     "olive"},
    {"garment", 1,
     "coat|hat|scarf|jacket|shirt|pullover|dress|waistcoat|cap|cardigan|raincoat|suit|blouse|"
     "kimono"},
    {"object_carried", 1,
     "umbrella|rucksack|suitcase|camera|basket|newspaper|lantern|violin|notebook|parcel|bucket|"
     "ladder|telescope|guitar|briefcase|handbag|thermos|map|folder"},
    {"goods", 1,
     "apples|pears|candles|letters|postcards|onions|blankets|pencils|bottles|mugs|stamps|coins|"
     "photographs|oranges|walnuts|buttons|tulips|balloons|spoons|marbles|pumpkins|envelopes"},
    {"relations", 1,
     "cousins|friends|children|neighbours|colleagues|students|nieces|nephews|guests"},
    {"relative", 1,
     "mother|father|sister|brother|aunt|uncle|cousin|niece|nephew|grandmother|grandfather|wife|"
     "husband|daughter|son|flatmate|neighbour|boss|landlord|teacher|godmother|stepfather"},
    {"job", 1,
     "plumber|baker|carpenter|nurse|dentist|lawyer|farmer|tailor|gardener|librarian|chemist|"
     "pilot|electrician|surveyor|architect|accountant|butcher|cobbler|postman|cleaner|clerk|"
     "engineer|physicist|translator|surgeon|midwife|roofer|glazier|welder|printer|fisherman|"
     "beekeeper|locksmith|optician|bricklayer|potter|weaver|joiner|barber|florist|geologist|"
     "botanist"},
    {"landmark", 1,
     "bridge|harbour|station|church|market|lighthouse|castle|river|park|school|library|stadium|"
     "windmill|cemetery|fountain|canal|airport|university|hospital|town hall|brewery|quarry|"
     "reservoir"},
    {"press", 1, "paper|radio|gazette|newsletter|bulletin|weekly"},

    {"first", 1,
     "Ada|Alan|Alice|Amir|Anna|Anton|Astrid|Barbara|Ben|Bruno|Carla|Carmen|Cecil|Clara|Conrad|"
     "Dana|David|Diego|Dora|Edith|Edgar|Elena|Elias|Emil|Emma|Erik|Esther|Felix|Fiona|Flora|"
     "Frank|Freda|Gemma|George|Greta|Gustav|Hanna|Harold|Hector|Helen|Hugo|Ida|Igor|Ines|"
     "Ingrid|Irene|Isaac|Ivan|Jack|Jana|Jasper|Joan|Jonas|Julia|Karim|Kate|Keiko|Kenji|Lara|"
     "Laura|Leo|Lena|Liam|Lidia|Linus|Lucas|Lucy|Magda|Malik|Marco|Maria|Martha|Max|Mei|Milan|"
     "Mina|Mona|Nadia|Nina|Noah|Nora|Olga|Oscar|Otto|Paula|Pavel|Pedro|Petra|Quentin|Rachel|"
     "Rafael|Rita|Robin|Rosa|Ruth|Samir|Sara|Selma|Simon|Sofia|Stella|Sven|Tara|Theo|Thomas|"
     "Tilda|Tina|Ulla|Uma|Vera|Victor|Walter|Wanda|Willa|Xavier|Yara|Yusuf|Zelda|Zoe"},
    {"surname_start", 1,
     "Alder|Ander|Ash|Bark|Beck|Berg|Birk|Black|Brand|Bran|Burn|Cald|Carl|Cole|Corn|Dahl|Dal|"
     "Eber|Eck|El|Fair|Falk|Fen|Fal|Gar|Gold|Graf|Green|Hal|Ham|Hart|Hazel|Holm|Kel|Kirk|Lang|"
     "Lind|Lock|Mar|Mel|Nor|Oak|Ost|Pem|Quin|Rain|Rad|Rosen|Sand|Stein|Strand|Thorn|Ul|Wal|"
     "West|Whit|Win|Wood"},
    {"surname_end", 1,
     "aby|berg|bourne|by|dale|den|er|ers|feld|field|ford|gren|ham|ing|land|ley|lin|man|mann|"
     "more|ner|quist|ridge|sen|son|stad|ston|strom|ton|vik|wall|well|wick|worth"},
    {"town_start", 1,
     "Amber|Apple|Bay|Bell|Bright|Brook|Cedar|Cliff|Cold|Copper|Crow|Deer|East|Elm|Fern|Fox|"
     "Glen|Grey|Hare|Heath|High|Iron|Kings|Lake|Lark|Long|Maple|Mill|Moss|North|Otter|Pine|"
     "Raven|Red|Salt|Silver|South|Spring|Stone|Swan|Tide|Upper|Willow|Wolf"},
    {"town_end", 1,
     "bank|beach|bridge|brook|bury|castle|chester|combe|cross|dale|dean|fell|ferry|ford|gate|"
     "grove|haven|hill|holt|hurst|marsh|mere|mill|minster|mouth|pool|port|stead|thorpe|view|"
     "water|well|wick|wood"},
};

}  // namespace

std::span<const Rule> english_fillers() { return kRules; }

}  // namespace sequent::sample
