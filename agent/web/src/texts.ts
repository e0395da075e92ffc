// What the page itself says, in each language it can say it in.

export interface Texts {
  skip: string; noDrawing: string; ai: string; panel: string; onScreen: string; hello: string;
  mayI: string; useBoth: string; justType: string; tap: string; mute: string; typeTo: string;
  placeholder: string; send: string; help: string; you: string; languages: string; talk: string;
  noSound: string; needsHttps: string; noFace: string; away: string; elsewhere: string;
  noToken: string; showHere: string; called: string; stopped: string; typePlease: string;
  notConnected: string; speaking: string; thinking: string; listening: string; muted: string;
  noMicrophone: string; noSenses: string; noCamera: string; ready: string; connecting: string;
}

const en: Texts = {
  skip: "Skip to typing",
  noDrawing: "This browser cannot draw the receptionist (no WebGL). Captions and typing still work.",
  ai: "You are talking to an AI", panel: "What I see", onScreen: "On the screen",
  hello: "Hello. I am an AI receptionist.",
  mayI: "May I use this screen’s camera and microphone? The camera tells me when someone comes to the desk, the microphone lets us talk. Pictures and sound are used for this moment only and are not kept.",
  useBoth: "Use camera and microphone", justType: "Continue by typing",
  tap: "Tap to let me speak", mute: "Mute the microphone", typeTo: "Type to the receptionist",
  placeholder: "Or type here …", send: "Send", help: "Call a person", you: "You:",
  languages: "Language", talk: "Conversation",
  noSound: "This browser cannot play sound. Captions still work.",
  needsHttps: "This address cannot play sound: browsers want https or localhost. Captions still work.",
  noFace: "The character could not be loaded; a simple face stands in.",
  away: "One moment, please. I am reconnecting …",
  elsewhere: "The receptionist is shown on another page now.",
  noToken: "This page may not be shown without the operator’s token.",
  showHere: "Show it here", called: "A person has been called. Someone will be with you shortly.",
  stopped: "Stopped for safety. A member of staff can let me go on.",
  typePlease: "I understand English when it is spoken here. Please type in other languages.",
  notConnected: "Not connected", speaking: "Speaking", thinking: "Thinking …", listening: "Listening",
  muted: "Microphone muted", noMicrophone: "Microphone off", noSenses: "Camera and microphone off",
  noCamera: "Listening · camera off", ready: "Ready to listen", connecting: "Connecting",
};

const de: Texts = {
  skip: "Zum Tippen springen",
  noDrawing: "Dieser Browser kann die Empfangsfigur nicht zeichnen (kein WebGL). Untertitel und Tippen funktionieren.",
  ai: "Sie sprechen mit einer KI", panel: "Was ich sehe", onScreen: "Auf dem Bildschirm",
  hello: "Guten Tag. Ich bin eine KI am Empfang.",
  mayI: "Darf ich Kamera und Mikrofon dieses Bildschirms benutzen? Die Kamera zeigt mir, wenn jemand kommt, mit dem Mikrofon können wir sprechen. Bild und Ton werden nur in diesem Moment benutzt und nicht aufbewahrt.",
  useBoth: "Kamera und Mikrofon benutzen", justType: "Weiter mit Tippen",
  tap: "Tippen Sie hier, damit ich sprechen kann", mute: "Mikrofon stummschalten",
  typeTo: "An den Empfang schreiben", placeholder: "Oder hier tippen …", send: "Senden",
  help: "Einen Menschen rufen", you: "Sie:", languages: "Sprache", talk: "Gespräch",
  noSound: "Dieser Browser kann keinen Ton abspielen. Untertitel funktionieren.",
  needsHttps: "Unter dieser Adresse gibt es keinen Ton: Browser verlangen https oder localhost. Untertitel funktionieren.",
  noFace: "Die Figur konnte nicht geladen werden; ein einfaches Gesicht vertritt sie.",
  away: "Einen Moment, bitte. Ich verbinde mich neu …",
  elsewhere: "Der Empfang wird jetzt auf einer anderen Seite gezeigt.",
  noToken: "Diese Seite darf ohne das Kennwort des Betreibers nicht gezeigt werden.",
  showHere: "Hier zeigen", called: "Es wurde jemand gerufen. Gleich ist jemand bei Ihnen.",
  stopped: "Zur Sicherheit angehalten. Das Personal kann mich weitermachen lassen.",
  typePlease: "Gesprochenes Deutsch verstehe ich hier nicht. Bitte tippen Sie; ich antworte auf Deutsch.",
  notConnected: "Nicht verbunden", speaking: "Ich spreche", thinking: "Ich überlege …",
  listening: "Ich höre zu", muted: "Mikrofon stumm", noMicrophone: "Mikrofon aus",
  noSenses: "Kamera und Mikrofon aus", noCamera: "Ich höre zu · Kamera aus",
  ready: "Bereit zuzuhören", connecting: "Verbinde",
};

const fr: Texts = {
  skip: "Aller à la saisie",
  noDrawing: "Ce navigateur ne peut pas dessiner le personnage (pas de WebGL). Les sous-titres et le clavier fonctionnent.",
  ai: "Vous parlez à une IA", panel: "Ce que je vois", onScreen: "À l’écran",
  hello: "Bonjour. Je suis une IA à l’accueil.",
  mayI: "Puis-je utiliser la caméra et le micro de cet écran ? La caméra me dit quand quelqu’un arrive, le micro nous permet de parler. L’image et le son ne servent qu’à cet instant et ne sont pas gardés.",
  useBoth: "Utiliser la caméra et le micro", justType: "Continuer au clavier",
  tap: "Touchez ici pour que je puisse parler", mute: "Couper le micro",
  typeTo: "Écrire à l’accueil", placeholder: "Ou écrivez ici …", send: "Envoyer",
  help: "Appeler une personne", you: "Vous :", languages: "Langue", talk: "Dialogue",
  noSound: "Ce navigateur ne peut pas jouer de son. Les sous-titres fonctionnent.",
  needsHttps: "Cette adresse ne peut pas jouer de son : il faut https ou localhost. Les sous-titres fonctionnent.",
  noFace: "Le personnage n’a pas pu être chargé ; un visage simple le remplace.",
  away: "Un instant, s’il vous plaît. Je me reconnecte …",
  elsewhere: "L’accueil est maintenant affiché sur une autre page.",
  noToken: "Cette page ne peut pas être affichée sans le jeton de l’exploitant.",
  showHere: "L’afficher ici", called: "Une personne a été appelée. Quelqu’un vient à vous.",
  stopped: "Arrêtée par sécurité. Le personnel peut me laisser continuer.",
  typePlease: "Ici, je ne comprends pas le français parlé. Écrivez-moi, s’il vous plaît ; je réponds en français.",
  notConnected: "Non connectée", speaking: "Je parle", thinking: "Je réfléchis …",
  listening: "J’écoute", muted: "Micro coupé", noMicrophone: "Micro éteint",
  noSenses: "Caméra et micro éteints", noCamera: "J’écoute · caméra éteinte",
  ready: "Prête à écouter", connecting: "Connexion",
};

const es: Texts = {
  skip: "Ir a escribir",
  noDrawing: "Este navegador no puede dibujar la recepción (sin WebGL). Los subtítulos y el teclado funcionan.",
  ai: "Está hablando con una IA", panel: "Lo que veo", onScreen: "En la pantalla",
  hello: "Hola. Soy una IA en la recepción.",
  mayI: "¿Puedo usar la cámara y el micrófono de esta pantalla? La cámara me dice cuándo llega alguien, el micrófono nos permite hablar. La imagen y el sonido solo se usan en este momento y no se guardan.",
  useBoth: "Usar cámara y micrófono", justType: "Seguir escribiendo",
  tap: "Toque aquí para que pueda hablar", mute: "Silenciar el micrófono",
  typeTo: "Escribir a la recepción", placeholder: "O escriba aquí …", send: "Enviar",
  help: "Llamar a una persona", you: "Usted:", languages: "Idioma", talk: "Conversación",
  noSound: "Este navegador no puede reproducir sonido. Los subtítulos funcionan.",
  needsHttps: "Esta dirección no puede reproducir sonido: hace falta https o localhost. Los subtítulos funcionan.",
  noFace: "No se pudo cargar el personaje; lo sustituye una cara sencilla.",
  away: "Un momento, por favor. Me estoy reconectando …",
  elsewhere: "La recepción se muestra ahora en otra página.",
  noToken: "Esta página no puede mostrarse sin la clave del operador.",
  showHere: "Mostrarla aquí", called: "Se ha llamado a una persona. Enseguida estará con usted.",
  stopped: "Parada por seguridad. El personal puede dejarme continuar.",
  typePlease: "Aquí no entiendo el español hablado. Escriba, por favor; respondo en español.",
  notConnected: "Sin conexión", speaking: "Hablo", thinking: "Pienso …", listening: "Escucho",
  muted: "Micrófono silenciado", noMicrophone: "Micrófono apagado",
  noSenses: "Cámara y micrófono apagados", noCamera: "Escucho · cámara apagada",
  ready: "Lista para escuchar", connecting: "Conectando",
};

const zh: Texts = {
  skip: "跳到输入框", noDrawing: "此浏览器无法显示人物（没有 WebGL）。字幕和打字仍然可用。",
  ai: "您正在与人工智能对话", panel: "我看到什么", onScreen: "屏幕上",
  hello: "您好。我是人工智能前台。",
  mayI: "我可以使用这个屏幕的摄像头和麦克风吗？摄像头让我知道有人来到前台，麦克风让我们可以交谈。图像和声音只在此刻使用，不会保存。",
  useBoth: "使用摄像头和麦克风", justType: "继续打字", tap: "点一下，让我可以说话",
  mute: "关闭麦克风", typeTo: "给前台打字", placeholder: "或者在这里输入……", send: "发送",
  help: "叫工作人员", you: "您：", languages: "语言", talk: "对话",
  noSound: "此浏览器无法播放声音。字幕仍然可用。",
  needsHttps: "此地址无法播放声音：浏览器需要 https 或 localhost。字幕仍然可用。",
  noFace: "人物无法加载，先用简单的面孔代替。", away: "请稍等，我正在重新连接……",
  elsewhere: "前台现在显示在另一个页面上。", noToken: "没有管理员的令牌，不能显示此页面。",
  showHere: "在这里显示", called: "已经叫了工作人员，马上就来。",
  stopped: "为安全起见已停止。工作人员可以让我继续。",
  typePlease: "我在这里听不懂说出来的中文。请打字，我会用中文回答。",
  notConnected: "未连接", speaking: "正在说话", thinking: "正在思考……", listening: "正在听",
  muted: "麦克风已静音", noMicrophone: "麦克风已关闭", noSenses: "摄像头和麦克风已关闭",
  noCamera: "正在听 · 摄像头已关闭", ready: "请说", connecting: "正在连接",
};

export const TEXTS: Record<string, Texts> = { en, de, fr, es, zh };

/** How a language calls itself, for its button. */
export const NAMES: Record<string, string> = {
  en: "English", de: "Deutsch", fr: "Français", es: "Español", zh: "中文",
};

/** The texts of a language, English where the page has none. */
export function textsIn(language: string): Texts {
  return TEXTS[language.slice(0, 2)] ?? en;
}
