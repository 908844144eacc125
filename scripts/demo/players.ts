/** The demo's players. All are invented. */
export interface DemoPlayer {
  readonly userId: string;
  readonly country: string;
  readonly displayName: string;
}

/** By user id: country and name, best first at the start. Names of many scripts; four are written from the right. */
const listed: readonly (readonly [userId: string, country: string, displayName: string])[] = [
  ["ada", "GB", "Ada 🚀"],
  ["keiko", "JP", "中村恵子"],
  ["tomas", "CZ", "Tomáš Dvořáček"],
  ["amara", "NG", "Amara Okonjo"],
  ["linus", "FI", "Linus Mäkelä"],
  ["zeynep", "TR", "Zeynep Aydın"],
  ["mateo", "AR", "Mateo Quiroga"],
  ["huda", "EG", "هدى الراوي"],
  ["bjarne", "DK", "Bjarne Højgaard"],
  ["minjun", "KR", "김민준"],
  ["sofia", "GR", "Σοφία Καρρά"],
  ["priya", "IN", "प्रिया नायर"],
  ["ines", "PT", "Inês Figueira"],
  ["viktor", "UA", "Віктор Мельник"],
  ["chidi", "GH", "Chidi Mensah"],
  ["xinyi", "CN", "林欣怡"],
  ["rozsa", "HU", "Keleti Rózsa"],
  ["yonatan", "IL", "יונתן לביא"],
  ["freya", "IS", "Freyja Þórsdóttir"],
  ["luca", "IT", "Luca Ferrante"],
  ["nino", "GE", "ნინო კაპანაძე"],
  ["jean", "CA", "Jean Tremblay-Côté"],
  ["somchai", "TH", "สมชาย ใจดี"],
  ["oyelaran", "NG", "Fọlá Oyèlárán"],
  ["aigerim", "KZ", "Айгерім Сәрсен"],
  ["diego", "MX", "Diego Xolotl"],
  ["hrant", "AM", "Հրանտ Սարյան"],
  ["maeve", "IE", "Maeve Ní Bhriain"],
  ["quynh", "VN", "Nguyễn Thị Quỳnh"],
  ["omar", "MA", "عمر بناني"],
  ["edith", "DE", "Edith Müllerschön"],
  ["rakesh", "NP", "राकेश गुरुङ"],
  ["kalani", "US", "Kalani Kahananui"],
  ["thandi", "ZA", "Thandi Dlamini"],
  ["jonas", "LT", "Jonas Žemaitis"],
  ["elif", "TR", "Elif Öztürk"],
  ["tane", "NZ", "Tāne Parata"],
  ["selam", "ET", "ሰላም ተስፋዬ"],
  ["pavel", "BG", "Павел Илиев"],
  ["mona", "IR", "مونا کاظمی"],
  ["arjun", "LK", "அர்ஜுன் செல்வன்"],
  ["sanne", "NL", "Sanne van der Meulen"],
  ["kwame", "KE", "Kwame Mwangi"],
  ["ozan", "CY", "Ozan Kılıç"],
  ["lea", "CH", "Léa Zurbriggen"],
  ["haruto", "JP", "はると"],
  ["bora", "AL", "Bora Çela"],
  ["wei", "TW", "陳偉"],
  ["agnes", "SE", "Agnes Lindqvist"],
  ["rafael", "BR", "Rafael Guimarães"],
  ["dawit", "ER", "Dawit K."],
  ["siobhan", "IE", "Siobhán"],
  ["tuan", "VN", "Tuấn"],
  ["mirjam", "EE", "Mirjam Õunapuu"],
  ["farid", "PK", "فرید خان"],
  ["noor", "BE", "Noor Vandenbroucke"],
  ["joan", "ES", "Joan Puigdomènech"],
  ["leilani", "PH", "Leilani de la Cruz-Villanueva"],
  ["sven", "NO", "Sven 🎿"],
  ["oskar", "PL", "Oskar Wiśniewski"],
];

export const demoPlayers: readonly DemoPlayer[] = listed.map(([userId, country, displayName]) => ({
  userId,
  country,
  displayName,
}));

/** The player whose token the demo prints. It has no profile, as a newcomer's. */
export const guest = "user123";

/** Pairs that answer each other at once. */
export const rivalries: readonly (readonly [string, string])[] = [
  ["ada", "keiko"],
  ["tomas", "amara"],
  ["linus", "bjarne"],
  ["zeynep", "elif"],
  ["mateo", "rafael"],
  ["huda", "omar"],
  ["minjun", "haruto"],
  ["freya", "sven"],
];
